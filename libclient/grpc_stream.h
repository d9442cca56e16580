// Runs a bidirectional streaming gRPC call (the protocol's PROTOCOL-HTTP2 text) on its own connection. The stream never
// blocks and has no thread: its owner polls the descriptor together with others.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/grpc_message.h"
#include "libclient/http2_session.h"
#include "libclient/stream.h"

namespace sallyport {

class GrpcStream {
 public:
  static constexpr std::size_t kMaxMessageBytes = 1 << 20;
  // Bytes that the peer may send before we consume them. Step reads at most one message ahead, so fewer bytes are held
  // here.
  static constexpr std::uint32_t kWindowBytes = 4 << 20;
  // Bytes that may be queued for sending.
  static constexpr std::size_t kMaxUnsent = 128 << 10;

  // Takes a stream that has negotiated HTTP/2 and begins a call on it. `fields` are those of GrpcRequestFields; `peer`
  // names the other side in errors ("the proxy").
  static Result<std::unique_ptr<GrpcStream>> Start(std::unique_ptr<Stream> connection, const HeaderFields& fields,
                                                   std::string peer);
  // Ends the call and closes the connection without waiting.
  ~GrpcStream();
  GrpcStream(const GrpcStream&) = delete;
  GrpcStream& operator=(const GrpcStream&) = delete;

  // Keeps an object that the connection needs alive for as long as the call.
  void Keep(std::shared_ptr<const void> carrier) { carrier_ = std::move(carrier); }

  // Queues a message. A caller with many messages waits for HasRoom.
  void Send(std::string_view message);
  bool HasRoom() const;
  // Ends the messages of this side. The peer may still send.
  void EndSending();
  // Returns whether all queued bytes were sent.
  bool IsFlushed() const;

  // Reads and writes as much as possible without waiting. Fails with the error of the connection, or kConnectionProblem
  // when the connection broke before the end of the call. Call it again after taking messages, even if the descriptor
  // is not ready.
  Status Step();
  // Returns the next message, or nothing when none has arrived. Fails with kBadParameter when the bytes are not a valid
  // message.
  Result<std::optional<std::string>> Next();
  // Returns how the call ended, once it has; earlier messages may still be unread.
  const std::optional<GrpcStatus>& ended() const { return ended_; }

  // Return the descriptor and the poll events to wait for before the next Step.
  int fd() const { return connection_->fd(); }
  short events() const { return events_; }

 private:
  GrpcStream(std::unique_ptr<Stream> connection, std::string peer);
  Status ReadAll();
  Status WriteAll();
  Error Broken(std::string_view reason) const;

  const std::string peer_;
  std::shared_ptr<const void> carrier_;  // destroyed after the connection
  std::unique_ptr<Stream> connection_;
  Http2Session session_{kWindowBytes};
  std::int32_t call_ = 0;
  std::string received_;
  std::size_t taken_ = 0;  // bytes of received_ taken so far
  std::string output_;     // not yet taken by the connection
  std::size_t written_ = 0;
  std::optional<GrpcStatus> ended_;
  short events_ = 0;
};

}  // namespace sallyport
