// A call of gRPC with any number of messages each way (the protocol's PROTOCOL-HTTP2 text), alone on its connection.
// It never waits and has no thread: whoever owns it waits for its descriptor beside others.
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
  // What the other side may have on its way to us. Not all of it is kept here: Step reads no more than a message ahead.
  static constexpr std::uint32_t kWindowBytes = 4 << 20;
  // What may wait to be sent.
  static constexpr std::size_t kMaxUnsent = 128 << 10;

  // Takes a stream on which HTTP/2 was agreed upon and begins a call on it. `fields` are those of GrpcRequestFields;
  // `peer` names the other side in errors ("the proxy").
  static Result<std::unique_ptr<GrpcStream>> Start(std::unique_ptr<Stream> connection, const HeaderFields& fields,
                                                   std::string peer);
  // Ends the call and the connection without waiting.
  ~GrpcStream();
  GrpcStream(const GrpcStream&) = delete;
  GrpcStream& operator=(const GrpcStream&) = delete;

  // Keeps something that carries the connection as long as the call.
  void Keep(std::shared_ptr<const void> carrier) { carrier_ = std::move(carrier); }

  // Queues a message. Who sends many waits for HasRoom.
  void Send(std::string_view message);
  bool HasRoom() const;
  // No message follows. The other side may still send.
  void EndSending();
  // Whether all that was queued has gone out.
  bool IsFlushed() const;

  // Moves what can be moved without waiting. Fails with what the connection knows, or kConnectionProblem: it broke
  // before the call had ended. After messages were taken there may be more to move, whatever the descriptor says.
  Status Step();
  // Returns the next message, or nothing when none is there. kBadParameter when what came is no message of ours.
  Result<std::optional<std::string>> Next();
  // How the call ended, as soon as it has; messages from before may still be there.
  const std::optional<GrpcStatus>& ended() const { return ended_; }

  // What to wait for before the next Step.
  int fd() const { return connection_->fd(); }
  short events() const { return events_; }

 private:
  GrpcStream(std::unique_ptr<Stream> connection, std::string peer);
  Status ReadAll();
  Status WriteAll();
  Error Broken(std::string_view reason) const;

  const std::string peer_;
  std::shared_ptr<const void> carrier_;  // goes after the connection
  std::unique_ptr<Stream> connection_;
  Http2Session session_{kWindowBytes};
  std::int32_t call_ = 0;
  std::string received_;
  std::size_t taken_ = 0;  // of it
  std::string output_;     // not yet taken by the connection
  std::size_t written_ = 0;
  std::optional<GrpcStatus> ended_;
  short events_ = 0;
};

}  // namespace sallyport
