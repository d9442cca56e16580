// Feeds arbitrary bytes to the gRPC server's side of HTTP/2: frames, fields, messages, compressed or not.
#include <cstddef>
#include <cstdint>
#include <string>

#include "libcluster/rpc/grpc_connection.h"

namespace {

using namespace sallyport;

// Answers each message of a call with the same message; every other call has streams.
struct Echo : GrpcCallEvents {
  bool OnCall(std::int32_t call, const GrpcCallHead& head) override {
    if (head.path.empty()) connection->Finish(call, {12, "no path"});
    return call % 4 == 1;
  }
  void OnMessage(std::int32_t call) override {
    while (const auto message = connection->Next(call)) connection->Send(call, *message);
    if (connection->HasEnded(call)) connection->Finish(call, {});
  }
  void OnOver(std::int32_t call) override { connection->Send(call, "too late"); }
  GrpcConnection* connection = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const GrpcLimits limits{.max_calls = 8,
                          .max_message_bytes = 4096,
                          .max_buffered_bytes = 8192,
                          .max_field_bytes = 4096,
                          .window_bytes = 65535,
                          .call_window_bytes = 65535,
                          .reset_burst = 20,
                          .resets_per_second = 1,
                          .message_time = std::chrono::seconds(0),
                          .answer_time = std::chrono::seconds(0)};
  Echo echo;
  GrpcConnection connection(limits, echo);
  echo.connection = &connection;
  std::string bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  bytes.append(reinterpret_cast<const char*>(data), size);

  // Two pieces, so that the cut is inside of frames.
  const std::size_t cut = size == 0 ? 0 : 33 + data[0] % size;
  for (const std::string_view part : {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)}) {
    if (!connection.Receive(part)) break;
    while (!connection.TakeOutput().empty()) {
    }
  }
  if (connection.buffered() > limits.max_buffered_bytes) __builtin_trap();
  connection.Sweep();
  while (!connection.TakeOutput().empty()) {
  }
  return 0;
}
