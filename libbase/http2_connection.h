// Implements HTTP/2 (RFC 9113) for clients and servers without doing input or output: the caller passes bytes in and
// takes bytes out. Only this file uses nghttp2. Http2Session builds a client on it, libcluster/rpc/grpc_connection a
// server.
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

// Receives what the peer does on the streams of a connection. Http2Connection calls these methods from Receive and
// TakeOutput; the methods must not call either.
class Http2Events {
 public:
  virtual ~Http2Events() = default;
  // Receives a field before or after the body. Returning false resets the stream.
  virtual bool OnField(std::int32_t stream, std::string_view name, std::string_view value) = 0;
  // Reports that the fields before or after the body are complete.
  virtual void OnFieldsEnd(std::int32_t stream) = 0;
  // Receives bytes of the body. The peer may send as many again after Consume.
  virtual void OnBody(std::int32_t stream, std::string_view bytes) = 0;
  // Reports that the peer sends nothing more on the stream.
  virtual void OnEnd(std::int32_t stream) = 0;
  // Reports that the stream is closed for both peers. Also called for a stream that never began.
  virtual void OnClose(std::int32_t stream, std::uint32_t error_code) = 0;
};

struct Http2Options {
  enum class Side { kClient, kServer };
  Side side = Side::kClient;
  // Bytes of bodies that the peer may send, on all streams and on each stream, before they are consumed.
  std::uint32_t window_bytes = 0;
  std::uint32_t stream_window_bytes = 0;
  std::uint32_t max_field_bytes = 0;  // announced to the peer; OnField counts the bytes
  // For a server: the number of concurrent streams, and a token bucket for resets by the client.
  std::uint32_t max_streams = 0;
  std::uint64_t reset_burst = 0;
  std::uint64_t resets_per_second = 0;
};

// One HTTP/2 connection. Not thread-safe.
class Http2Connection {
 public:
  // `events` must outlive the connection.
  Http2Connection(const Http2Options& options, Http2Events& events);
  ~Http2Connection();
  Http2Connection(const Http2Connection&) = delete;
  Http2Connection& operator=(const Http2Connection&) = delete;

  // Queues a request of a client and returns its stream; Send and EndBody supply the body. Fails with
  // kConnectionProblem when the connection can begin no further streams.
  Result<std::int32_t> Request(const HeaderFields& fields);
  // Queues the header fields of a server's answer; Send and EndBody follow. Call it once for each stream.
  void Respond(std::int32_t stream, const HeaderFields& fields);

  // Queues a piece of the body. Callers check Unsent first: nothing else bounds the queue.
  void Send(std::int32_t stream, std::string_view bytes);
  // Ends the body; `trailers` follow it. This ends the stream of a server, whatever the client still sends.
  void EndBody(std::int32_t stream, HeaderFields trailers = {});
  // Return the number of queued body bytes, of one stream and of all streams.
  std::size_t Unsent(std::int32_t stream) const;
  std::size_t unsent() const { return unsent_; }
  // Marks bytes of a body as used: the peer may send as many again.
  void Consume(std::int32_t stream, std::size_t bytes);
  // Ends a stream at once.
  void Reset(std::int32_t stream, std::uint32_t error_code);
  // Refuses further streams and tells the peer. Open streams continue.
  void GoAway();
  // Ends the connection after the error was sent to the peer.
  void Terminate(std::uint32_t error_code);

  // Processes bytes from the peer. Fails with kConnectionProblem when the bytes need more answers than can be queued;
  // after most protocol errors, TakeOutput sends the error to the peer and the connection ends.
  Status Receive(std::string_view bytes);
  // Returns the bytes to send now, at most a few TLS records; empty when nothing is queued. Any later call may queue
  // more.
  std::string TakeOutput();
  // Returns which peer ended the connection and why, or "" while the connection is usable.
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
  bool complained_ = false;  // about bytes from the peer
  std::unique_ptr<nghttp2_session, Delete> session_;
};

}  // namespace sallyport
