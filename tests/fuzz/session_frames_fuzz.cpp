// Feeds arbitrary bytes to the readers of frames between a session's processes and the agent of a node.
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

#include "libcluster/ssh/session_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  while (true) {
    const auto frame = TakeFrame(bytes);
    if (!frame || !*frame) return 0;
    std::ignore = DecodeHello((*frame)->payload);
    std::ignore = DecodeLogin((*frame)->payload);
    std::ignore = DecodeStart((*frame)->payload);
  }
}
