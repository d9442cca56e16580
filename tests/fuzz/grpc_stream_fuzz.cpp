// Feeds arbitrary bytes to the client's side of a call with streams, in pieces as from a network.
#include <poll.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "libclient/grpc_stream.h"

namespace {

using namespace sallyport;

class Given : public Stream {
 public:
  explicit Given(std::string_view bytes) : bytes_(bytes) {}
  IoStep TryRead(char* buffer, std::size_t size) override {
    if (bytes_.empty()) return {IoState::kClosed};
    // Every second read returns no bytes.
    waited_ = !waited_;
    if (waited_) return {IoState::kWantRead};
    const std::size_t count = std::min({size, bytes_.size(), std::size_t{7}});
    std::memcpy(buffer, bytes_.data(), count);
    bytes_.remove_prefix(count);
    return {IoState::kDone, count};
  }
  IoStep TryWrite(std::string_view bytes) override { return {IoState::kDone, bytes.size()}; }
  void Close() override {}
  int fd() const override { return -1; }

 private:
  std::string_view bytes_;
  bool waited_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto fields = GrpcRequestFields("host", "/a/B", "tsh", std::chrono::milliseconds(0));
  const auto call = GrpcStream::Start(std::make_unique<Given>(bytes), fields, "the proxy");
  if (!call) __builtin_trap();
  (*call)->Send("question");
  while ((*call)->Step() && !(*call)->ended()) {
    while (true) {
      const auto message = (*call)->Next();
      if (!message) return 0;
      if (!*message) break;
      (*call)->Send(**message);
    }
  }
  return 0;
}
