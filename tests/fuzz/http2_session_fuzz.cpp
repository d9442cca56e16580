// Feeds arbitrary bytes to the client's side of HTTP/2, and of gRPC's answers in HTTP/2.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libclient/grpc_message.h"
#include "libclient/http2_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  using namespace std::chrono_literals;
  Http2Session session;
  const auto read = [](Http2Answer answer) {
    const GrpcStatus status = StatusOfAnswer(answer);
    if (status.code != 0) (void)ErrorOfGrpcStatus(status);
    (void)UnframeGrpcMessage(std::move(answer.body));
  };
  for (int i = 0; i < 2; ++i) {
    (void)session.Submit(GrpcRequestFields("host", "/a/B", "tsh", 1s), FrameGrpcMessage("question"), read);
  }
  while (!session.TakeOutput().empty()) {
  }
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);  // a server's first frame
  if (!session.Receive(settings)) __builtin_trap();
  (void)session.Receive({reinterpret_cast<const char*>(data), size});
  session.Cancel(1);
  while (!session.TakeOutput().empty()) {
  }
  return 0;
}
