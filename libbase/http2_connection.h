// HTTP/2 (RFC 9113), either side of it, without input or output of its own: bytes go in, bytes come out. The one place
// that knows nghttp2. Http2Session is a client made of it, libcluster/rpc/grpc_connection a server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"

struct nghttp2_session;

namespace sallyport {

// In the order they are sent; names in lower case, pseudo headers (":path") first.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// Error codes of RFC 9113 section 7.
enum Http2Error : std::uint32_t {
  kHttp2NoError = 0,
  kHttp2InternalError = 2,
  kHttp2RefusedStream = 7,
  kHttp2Cancel = 8,
  kHttp2EnhanceYourCalm = 11,
};

// What the other side does on the streams of a connection. Called by Receive and TakeOutput of Http2Connection, neither
// of which may be called from inside.
class Http2Events {
 public:
  virtual ~Http2Events() = default;
  // A field before or after the body. False resets the stream.
  virtual bool OnField(std::int32_t stream, std::string_view name, std::string_view value) = 0;
  // The fields before or after the body are complete.
  virtual void OnFieldsEnd(std::int32_t stream) = 0;
  // Bytes of the body. The other side may send as many again after Consume.
  virtual void OnBody(std::int32_t stream, std::string_view bytes) = 0;
  // The other side sends nothing more on the stream.
  virtual void OnEnd(std::int32_t stream) = 0;
  // The stream is over for both sides. May be called for a stream that never began.
  virtual void OnClose(std::int32_t stream, std::uint32_t error_code) = 0;
};

struct Http2Options {
  enum class Side { kClient, kServer };
  Side side = Side::kClient;
  // How many bytes of bodies the other side may send, on all streams and on one, before they are consumed.
  std::uint32_t window_bytes = 0;
  std::uint32_t stream_window_bytes = 0;
  std::uint32_t max_field_bytes = 0;  // told to the other side; OnField counts
  // Of a server: streams at a time, and a token bucket of the resets that the client may send.
  std::uint32_t max_streams = 0;
  std::uint64_t reset_burst = 0;
  std::uint64_t resets_per_second = 0;
};

// Not for several threads at the same time.
class Http2Connection {
 public:
  // `events` must outlive the connection.
  Http2Connection(const Http2Options& options, Http2Events& events);
  ~Http2Connection();
  Http2Connection(const Http2Connection&) = delete;
  Http2Connection& operator=(const Http2Connection&) = delete;

  // Queues a request of a client and returns its stream, whose body Send and EndBody give. Fails with
  // kConnectionProblem when the connection has had all the requests it can have.
  Result<std::int32_t> Request(const HeaderFields& fields);
  // Queues the begin of a server's answer; Send and EndBody follow. Once for each stream.
  void Respond(std::int32_t stream, const HeaderFields& fields);

  // Queues a piece of the body. Callers look at Unsent first: nothing else bounds what waits here.
  void Send(std::int32_t stream, std::string_view bytes);
  // The body is complete; `trailers` follow it. A server's stream is over with that, whatever the client still sends.
  void EndBody(std::int32_t stream, HeaderFields trailers = {});
  // How many bytes of the body wait for the other side to take them; of one stream, and of all.
  std::size_t Unsent(std::int32_t stream) const;
  std::size_t unsent() const { return unsent_; }
  // So many bytes of a body were used: the other side may send as many again.
  void Consume(std::int32_t stream, std::size_t bytes);
  // Ends a stream at once.
  void Reset(std::int32_t stream, std::uint32_t error_code);
  // Takes no further streams, and tells the other side. Open streams go on.
  void GoAway();
  // Ends the connection with an error as soon as the other side can be told.
  void Terminate(std::uint32_t error_code);

  // Takes what the other side has sent. Fails with kConnectionProblem when it is more than can be answered; most of
  // what is wrong ends the connection after TakeOutput has said so to the other side.
  Status Receive(std::string_view bytes);
  // Returns what is to be sent now, up to a few records of TLS; empty when there is nothing, which a later call of
  // anything else may change.
  std::string TakeOutput();
  // Both sides are done with this connection. Returns which side ended it and why, "" as long as it is good.
  std::string_view ended() const;

 private:
  struct Callbacks;
  struct Body {
    std::string bytes;
    std::size_t sent = 0;  // of bytes
    bool ended = false;
    HeaderFields trailers;
  };
  struct Delete {
    void operator()(nghttp2_session* session) const;
  };
  Body* FindBody(std::int32_t stream);
  void Forget(std::int32_t stream);

  Http2Events& events_;
  const bool is_server_;
  std::map<std::int32_t, Body> bodies_;  // of this side
  std::size_t unsent_ = 0;
  bool complained_ = false;  // of what the other side sent
  std::unique_ptr<nghttp2_session, Delete> session_;
};

}  // namespace sallyport
