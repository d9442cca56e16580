// The server's side of gRPC on one connection (the protocol's PROTOCOL-HTTP2 text) without input or output of its own:
// bytes go in, bytes come out. It knows calls, messages, deadlines and limits; what a call means is its owner's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/grpc_wire.h"
#include "libbase/http2_connection.h"
#include "libcluster/rpc/grpc_reader.h"

namespace sallyport {

// What a client may make the server keep and do on one connection.
struct GrpcLimits {
  std::uint32_t max_calls;            // at a time
  std::size_t max_message_bytes;      // of one message
  std::size_t max_buffered_bytes;     // of messages that are incomplete or not read, on all calls
  std::size_t max_field_bytes;        // of one request
  std::uint32_t window_bytes;         // of HTTP/2, on all calls and on one
  std::uint32_t call_window_bytes;    //
  std::uint64_t reset_burst;          // resets of streams: at once, and in a second
  std::uint64_t resets_per_second;    //
  std::chrono::seconds message_time;  // from the first byte of a message to its last
  std::chrono::seconds answer_time;   // from the end of a call to when the client has taken its answer
};

// The fields of a request that a server looks at.
struct GrpcCallHead {
  std::string path;              // "/proto.AuthService/Ping"
  std::string client_version;    // metadata "version"
  std::string user_agent;        //
  std::string recording_format;  // metadata "session-recording-format"
};

// What happens to the calls of a connection. Called by Receive, TakeOutput and Sweep of GrpcConnection.
class GrpcCallEvents {
 public:
  virtual ~GrpcCallEvents() = default;
  // A call begins. Returns whether it must send a message now (a call with one message each way); a call with streams
  // may be silent for long.
  virtual bool OnCall(std::int32_t call, const GrpcCallHead& head) = 0;
  // Next has a message, or the client has sent its last.
  virtual void OnMessage(std::int32_t call) = 0;
  // The call is over before Finish ended it: the client left, or broke a limit. Nothing can be sent any more.
  virtual void OnOver(std::int32_t call) = 0;
};

// Not for several threads at the same time.
class GrpcConnection : private Http2Events {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // `events` must outlive the connection.
  GrpcConnection(const GrpcLimits& limits, GrpcCallEvents& events);
  ~GrpcConnection() override;
  GrpcConnection(const GrpcConnection&) = delete;
  GrpcConnection& operator=(const GrpcConnection&) = delete;

  // Takes the next message of a call out; nothing when none is complete, or the call is over.
  std::optional<std::string> Next(std::int32_t call);
  // Whether the client has sent its last message of this call, and Next has given it.
  bool HasEnded(std::int32_t call) const;
  // Sends a message. Callers look at Unsent first.
  void Send(std::int32_t call, std::string_view message);
  // How many bytes wait for the client to take them; of one call, and of all.
  std::size_t Unsent(std::int32_t call) const { return http2_.Unsent(call); }
  std::size_t unsent() const { return http2_.unsent(); }
  // Ends the call with its status, after what was sent.
  void Finish(std::int32_t call, const GrpcStatus& status);
  // How many bytes of messages are kept for all calls.
  std::size_t buffered() const { return buffered_; }
  // How many calls are open, those included whose answer the client has not taken yet.
  std::size_t calls() const { return calls_.size(); }

  // Takes no further calls, and tells the client so.
  void GoAway() { http2_.GoAway(); }
  // Ends the connection because the client wants too much.
  void Terminate() { http2_.Terminate(kHttp2EnhanceYourCalm); }
  // Ends what has had its time: calls past their deadline, messages that do not come to an end, answers that are not
  // taken. To be called about every second while HasTimes says so.
  void Sweep();
  bool HasTimes() const;

  // As those of Http2Connection.
  Status Receive(std::string_view bytes) { return http2_.Receive(bytes); }
  std::string TakeOutput() { return http2_.TakeOutput(); }
  std::string_view ended() const { return http2_.ended(); }

 private:
  struct Call {
    explicit Call(std::size_t max_message_bytes) : reader(max_message_bytes) {}
    GrpcCallHead head;
    std::string method;
    std::string content_type;
    std::string encoding;
    std::size_t field_bytes = 0;
    GrpcReader reader;
    std::size_t unconsumed = 0;    // bytes of the body that the client may not send again yet
    bool begun = false;            // OnCall was told
    bool answering = false;        // the answer's fields were sent
    bool finished = false;         // nothing follows from either side
    bool client_done = false;      // the client has sent its last
    std::optional<TimePoint> due;  // of the message that is on its way, or of the answer to be taken
    std::optional<TimePoint> deadline;
  };

  bool OnField(std::int32_t stream, std::string_view name, std::string_view value) override;
  void OnFieldsEnd(std::int32_t stream) override;
  void OnBody(std::int32_t stream, std::string_view bytes) override;
  void OnEnd(std::int32_t stream) override;
  void OnClose(std::int32_t stream, std::uint32_t error_code) override;

  Call* FindOpen(std::int32_t call);
  const Call* FindOpen(std::int32_t call) const;
  Status Begin(std::int32_t stream, Call& call);
  void RefuseAsHttp(std::int32_t stream, Call& call, std::string_view status);
  void Break(std::int32_t stream, const Error& error);
  void StartAnswer(std::int32_t stream, Call& call);
  void ConsumeAll(std::int32_t stream, Call& call);
  Status Take(Call& call, std::string_view bytes);
  void Release(Call& call);

  const GrpcLimits limits_;
  GrpcCallEvents& events_;
  std::map<std::int32_t, Call> calls_;
  std::size_t buffered_ = 0;
  Http2Connection http2_;
};

}  // namespace sallyport
