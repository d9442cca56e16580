// Feeds arbitrary text to the reader of configuration files.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libcluster/config/teleport_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const auto config = ParseTeleportConfig({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!config && config.error().message.empty()) __builtin_trap();
  return 0;
}
