// Feeds arbitrary text to the reader of profiles and of Kubernetes credential files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libclient/key_ring.h"
#include "libclient/profile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto profile = ParseProfile(input, "fuzz")) {
    // A written profile reads as the same profile.
    const auto again = ParseProfile(FormatProfile(*profile), "again");
    if (!again || *again != *profile) std::abort();
  }
  (void)ParseKubeCredential(input);
  return 0;
}
