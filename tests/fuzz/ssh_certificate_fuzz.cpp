// Feeds arbitrary bytes to the readers of SSH keys and certificates.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libidentity/keys.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/ssh_identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto certificate = ParseSshCertificateBlob(input)) {
    (void)certificate->CheckSignature();
    (void)certificate->ExpiresAt();
    (void)UserOfSshCertificate(*certificate);
    if (!ParseSshCertificate(certificate->ToAuthorizedKey("c"))) std::abort();
  }
  (void)ParseSshCertificate(input);
  (void)ParseAuthorizedKey(input);
  if (const auto key = ParseSshBlob(input)) {
    const auto again = ParseSshBlob(key->ToSshBlob());
    if (!again || !(*again == *key)) std::abort();
  }
  return 0;
}
