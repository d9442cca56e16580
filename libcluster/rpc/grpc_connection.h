// The server's side of gRPC on one connection (the protocol's PROTOCOL-HTTP2 text) without I/O: bytes go in, bytes come
// out. It handles calls, messages, deadlines and limits; the owner runs the methods.
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

// The limits of a client on one connection.
struct GrpcLimits {
  std::uint32_t max_calls;            // at a time
  std::size_t max_message_bytes;      // of one message
  std::size_t max_buffered_bytes;     // of incomplete or unread messages, on all calls
  std::size_t max_field_bytes;        // of one request
  std::uint32_t window_bytes;         // of HTTP/2, on all calls and on one
  std::uint32_t call_window_bytes;    //
  std::uint64_t reset_burst;          // resets of streams: at once, and in a second
  std::uint64_t resets_per_second;    //
  std::chrono::seconds message_time;  // from the first byte of a message to its last
  std::chrono::seconds answer_time;   // from the end of a call until the client has read its answer
};

// The request fields that the server uses.
struct GrpcCallHead {
  std::string path;              // "/proto.AuthService/Ping"
  std::string client_version;    // metadata "version"
  std::string user_agent;        //
  std::string recording_format;  // metadata "session-recording-format"
};

// Events of a connection's calls. Called by Receive, TakeOutput and Sweep of GrpcConnection.
class GrpcCallEvents {
 public:
  virtual ~GrpcCallEvents() = default;
  // A call begins. Returns whether it must send a message now (a call with one message each way); a call with streams
  // may be silent for long.
  virtual bool OnCall(std::int32_t call, const GrpcCallHead& head) = 0;
  // Next has a message, or the client has sent its last.
  virtual void OnMessage(std::int32_t call) = 0;
  // The call ended before Finish: the client left, or exceeded a limit. Nothing more can be sent.
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

  // Removes and returns the next message of a call; nothing when none is complete, or the call is over.
  std::optional<std::string> Next(std::int32_t call);
  // Returns whether Next has returned the client's last message of this call.
  bool HasEnded(std::int32_t call) const;
  // Sends a message. Callers must check Unsent first.
  void Send(std::int32_t call, std::string_view message);
  // Return the number of bytes that the client has not read, of one call and of all.
  std::size_t Unsent(std::int32_t call) const { return http2_.Unsent(call); }
  std::size_t unsent() const { return http2_.unsent(); }
  // Ends the call with its status, after the sent messages.
  void Finish(std::int32_t call, const GrpcStatus& status);
  // Returns the number of message bytes kept for all calls.
  std::size_t buffered() const { return buffered_; }
  // Returns the number of open calls, including those with an unread answer.
  std::size_t calls() const { return calls_.size(); }

  // Refuses further calls, and tells the client (GOAWAY).
  void GoAway() { http2_.GoAway(); }
  // Ends the connection because the client exceeds its limits.
  void Terminate() { http2_.Terminate(kHttp2EnhanceYourCalm); }
  // Ends calls past their deadline, messages and answers past their time. To be called about every second while
  // HasTimes is true.
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
    std::size_t unconsumed = 0;    // bytes of the body not yet returned to the window
    bool begun = false;            // OnCall was called
    bool answering = false;        // the answer's fields were sent
    bool finished = false;         // both sides have ended
    bool client_done = false;      // the client has sent its last
    std::optional<TimePoint> due;  // of the incomplete message, or of the unread answer
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
