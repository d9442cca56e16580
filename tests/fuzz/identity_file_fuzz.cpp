// Feeds arbitrary text to the readers of identity files and known_hosts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libidentity/identity_file.h"
#include "libidentity/known_hosts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto file = ParseIdentityFile(input); file && !file->private_key.empty()) {
    // A written file has every part again.
    const auto again = ParseIdentityFile(FormatIdentityFile(*file).Reveal());
    if (!again || again->private_key.Reveal() != file->private_key.Reveal() ||
        again->ssh_certificate != file->ssh_certificate || again->tls_certificate != file->tls_certificate ||
        again->ssh_authorities != file->ssh_authorities || again->tls_authorities != file->tls_authorities) {
      std::abort();
    }
  }
  if (const auto authorities = ParseKnownHosts(input)) {
    for (const HostAuthority& authority : *authorities) (void)FormatHostAuthority(authority);
  }
  (void)AddToKnownHosts(input, "@cert-authority x");
  return 0;
}
