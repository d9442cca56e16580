// Feeds arbitrary text to the reader of known_hosts files, of which clusters choose parts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libidentity/known_hosts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const auto authorities = ParseKnownHosts(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!authorities) return 0;
  for (const HostAuthority& authority : *authorities) {
    const auto line = FormatHostAuthority(authority);
    // A written authority reads as the same authority.
    if (line && ParseHostAuthority(*line) != authority) std::abort();
  }
  return 0;
}
