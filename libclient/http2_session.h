// Manages the requests of an HTTP/2 client (RFC 9113) without doing input or output: the caller passes bytes in and
// takes bytes out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/http2_connection.h"

namespace sallyport {

// The answer to one request.
struct Http2Answer {
  HeaderFields fields;  // before the body, then after it
  std::string body;
  std::uint32_t error_code = 0;  // of RFC 9113 section 7, when the answer ended before it was whole
  bool too_large = false;        // the answer was cut off because of its size
};

class Http2Session : private Http2Events {
 public:
  using Done = std::function<void(Http2Answer)>;
  using BodySink = std::function<void(std::string_view bytes)>;

  // A page of resources is below 4 MiB, so the peer can send a page without waiting for us.
  static constexpr std::uint32_t kWindowBytes = 8 << 20;

  // `window_bytes`: how many bytes the peer may send, of one answer and of all, before they are consumed.
  explicit Http2Session(std::uint32_t window_bytes = kWindowBytes);
  ~Http2Session() override;
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // Queues a request and returns its number. `done` is called by Receive or TakeOutput, once, unless Cancel comes first
  // or the session ends. Fails with kConnectionProblem when the connection can begin no further requests.
  Result<std::int32_t> Submit(const HeaderFields& fields, std::string body, Done done);
  // Cancels a request; its answer is discarded.
  void Cancel(std::int32_t request);

  // Queues a request whose body the caller sends in pieces by Send, and whose answer body goes to `sink` in pieces.
  // `done` receives the rest of the answer when the answer has ended, even if the request has not. Fails as Submit
  // does.
  Result<std::int32_t> Open(const HeaderFields& fields, BodySink sink, Done done);
  // Queues a piece of the body. Callers check Unsent first: nothing else bounds the queue.
  void Send(std::int32_t request, std::string_view bytes) { connection_.Send(request, bytes); }
  void EndBody(std::int32_t request) { connection_.EndBody(request); }
  // Returns the number of queued body bytes.
  std::size_t Unsent(std::int32_t request) const { return connection_.Unsent(request); }
  // Marks bytes that `sink` received as used: the peer may send as many again.
  void Consume(std::int32_t request, std::size_t bytes) { connection_.Consume(request, bytes); }

  // Processes bytes from the peer. Fails with kConnectionProblem when the bytes need more answers than can be queued;
  // after most protocol errors, TakeOutput sends the error to the peer and the session ends.
  Status Receive(std::string_view bytes) { return connection_.Receive(bytes); }
  // Returns the bytes to send now; empty when nothing is queued. A later Submit, Cancel or Receive may queue more.
  std::string TakeOutput() { return connection_.TakeOutput(); }
  // Returns which peer ended the connection and why, or "" while the connection is usable.
  std::string_view ended() const { return connection_.ended(); }

 private:
  struct Exchange {
    std::size_t field_bytes = 0;
    Http2Answer answer;
    BodySink sink;  // receives an answer in pieces
    Done done;
  };
  Result<std::int32_t> Start(const HeaderFields& fields, Exchange exchange);
  Exchange* Find(std::int32_t request);
  bool OnField(std::int32_t request, std::string_view name, std::string_view value) override;
  void OnFieldsEnd(std::int32_t) override {}
  void OnBody(std::int32_t request, std::string_view bytes) override;
  void OnEnd(std::int32_t request) override;
  void OnClose(std::int32_t request, std::uint32_t error_code) override;

  std::map<std::int32_t, Exchange> exchanges_;
  Http2Connection connection_;
};

}  // namespace sallyport
