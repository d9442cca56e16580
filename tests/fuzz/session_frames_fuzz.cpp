// What the program of a session, which runs as its user, says to the agent.
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
    std::ignore = DecodeVerdict((*frame)->payload);
  }
}
