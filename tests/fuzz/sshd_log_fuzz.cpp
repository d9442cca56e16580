// Feeds arbitrary text to the reader of sshd's log, of which clients choose parts.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "libcluster/ssh/sshd_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::ignore = sallyport::ParseSshdLine(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
