// Feeds arbitrary bytes to the readers of names, certificates, PEM and keys.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libidentity/identity.h"
#include "libidentity/keys.h"
#include "libidentity/name.h"
#include "libidentity/x509.h"

namespace {

using namespace sallyport;

// Checks that a decoded name can be written, and that the text decodes to the same name.
void CheckName(std::string_view der) {
  const auto name = DecodeName(der);
  if (!name) return;
  const auto again = EncodeName(*name);
  if (!again || !DecodeName(*again)) std::abort();
}

// Checks that a decoded identity can be written, and that the result decodes to the same identity.
void CheckIdentity(std::string_view der) {
  const auto identity = FromSubject(der, Time{});
  if (!identity) return;
  const auto subject = ToSubject(*identity);
  if (!subject || !FromSubject(*subject, Time{})) std::abort();
}

void CheckCertificate(const Certificate& certificate) {
  (void)certificate.ToIdentity();
  (void)certificate.SpkiPin();
  (void)certificate.CheckSignedBy(certificate.public_key());
  if (!Certificate::FromPem(certificate.ToPem())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  CheckName(input);
  CheckIdentity(input);
  if (const auto certificate = Certificate::FromDer(input)) CheckCertificate(*certificate);
  (void)Certificate::ChainFromPem(input);
  (void)ParsePrivateKeyPem(input);
  (void)ParsePublicKeyPem(input);
  (void)ParsePublicKeyDerSpki(input);
  return 0;
}
