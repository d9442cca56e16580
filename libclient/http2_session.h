// Requests of an HTTP/2 client (RFC 9113) without input or output of its own: bytes go in, bytes come out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/http2_connection.h"

namespace sallyport {

// What came back for one request.
struct Http2Answer {
  HeaderFields fields;  // before the body, then after it
  std::string body;
  std::uint32_t error_code = 0;  // of RFC 9113 section 7, when the answer ended before it was whole
  bool too_large = false;        // it was cut off for its size
};

class Http2Session : private Http2Events {
 public:
  using Done = std::function<void(Http2Answer)>;
  using BodySink = std::function<void(std::string_view bytes)>;

  // A page of resources is below 4 MiB, so one comes without waiting for us.
  static constexpr std::uint32_t kWindowBytes = 8 << 20;

  // `window_bytes`: how much the other side may send, of one answer and of all, before what came has been used.
  explicit Http2Session(std::uint32_t window_bytes = kWindowBytes);
  ~Http2Session() override;
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // Queues a request and returns its number. `done` is called by Receive or TakeOutput, once, unless Cancel comes first
  // or the session ends. Fails with kConnectionProblem when the connection has had all the requests it can have.
  Result<std::int32_t> Submit(const HeaderFields& fields, std::string body, Done done);
  // The answer is not wanted any more.
  void Cancel(std::int32_t request);

  // Queues a request whose body comes piece by piece, by Send, and whose answer goes to `sink` the same way. `done`
  // gets the rest of the answer as soon as it has ended, whether the request has or not. Fails as Submit does.
  Result<std::int32_t> Open(const HeaderFields& fields, BodySink sink, Done done);
  // Queues a piece of the body. Who sends looks at Unsent first: nothing else bounds what waits here.
  void Send(std::int32_t request, std::string_view bytes) { connection_.Send(request, bytes); }
  void EndBody(std::int32_t request) { connection_.EndBody(request); }
  // How much of the body waits for the other side to take it.
  std::size_t Unsent(std::int32_t request) const { return connection_.Unsent(request); }
  // So many bytes that `sink` got have been used: the other side may send as many again.
  void Consume(std::int32_t request, std::size_t bytes) { connection_.Consume(request, bytes); }

  // What the other side has sent. Fails with kConnectionProblem when it is more than can be answered; most of what is
  // wrong ends the session after TakeOutput has said so to the other side.
  Status Receive(std::string_view bytes) { return connection_.Receive(bytes); }
  // Returns what is to be sent now; empty when there is nothing, which a later Submit, Cancel or Receive may change.
  std::string TakeOutput() { return connection_.TakeOutput(); }
  // Both sides are done with this connection. Returns who ended it and why, "" as long as it is good.
  std::string_view ended() const { return connection_.ended(); }

 private:
  struct Exchange {
    std::size_t field_bytes = 0;
    Http2Answer answer;
    BodySink sink;  // of an answer that comes piece by piece
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
