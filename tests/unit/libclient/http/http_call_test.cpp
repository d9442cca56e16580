#include "libclient/http/http_call.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libbase/stop_signal.h"
#include "tests/unit/libclient/tls_server.h"

namespace sallyport {
namespace {

// Answers one connection with the pieces of a text, and keeps what it was sent.
class OneAnswer {
 public:
  explicit OneAnswer(std::vector<std::string> pieces, bool reset = false)
      : pieces_(std::move(pieces)), thread_([this, reset] { Serve(reset); }) {}
  ~OneAnswer() { thread_.join(); }

  std::string Url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", listener_.address().port, path);
  }
  std::string request;

 private:
  void Serve(bool reset) {
    const UniqueFd fd(::accept(listener_.fd(), nullptr, nullptr));
    std::array<char, 4096> room{};
    while (!request.contains("\r\n\r\n")) {
      const auto count = ::recv(fd.get(), room.data(), room.size(), 0);
      if (count <= 0) return;
      request.append(room.data(), static_cast<std::size_t>(count));
    }
    for (const auto& piece : pieces_) {
      if (piece == "wait") {
        std::array<char, 1> byte{};
        ::recv(fd.get(), byte.data(), byte.size(), 0);  // until the client leaves
      } else {
        ::send(fd.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
      }
    }
    if (!reset) return;
    const linger at_once{1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  const test::Listener listener_;
  const std::vector<std::string> pieces_;
  std::thread thread_;
};

Result<HttpCallAnswer> Get(const std::string& url, const NetworkSettings& network = {},
                           const HttpCallLimits& limits = {std::chrono::seconds(5), 100}) {
  HttpCall call;
  call.method = "GET";
  call.url = ParseHttpUrl(url).value();
  call.fields.push_back({"X-A", Secret("b")});
  return CallHttp(call, network, limits);
}

}  // namespace

TEST_CASE("an answer is given back whatever its status is") {
  OneAnswer server({"HTTP/1.1 429 Too ", "Many\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhel", "lo"});
  const auto answer = Get(server.Url("/p?q"));
  REQUIRE(answer);
  CHECK(answer->status == 429);
  CHECK(answer->body.Reveal() == "hello");
  CHECK(answer->RetryAfter() == std::chrono::seconds(7));
  CHECK(answer->Field("nothing").empty());
  CHECK(server.request.starts_with("GET /p?q HTTP/1.1\r\nHost: 127.0.0.1:"));
  CHECK(server.request.contains("\r\nX-A: b\r\n"));
}

TEST_CASE("a body may end with the connection, or come in chunks") {
  OneAnswer until_end({"HTTP/1.1 200 OK\r\n\r\nab", "cd"});
  CHECK(Get(until_end.Url("/"))->body.Reveal() == "abcd");
  OneAnswer chunks({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc", "\r\n0\r\n\r\n"});
  CHECK(Get(chunks.Url("/"))->body.Reveal() == "abc");
}

TEST_CASE("what is no whole answer is a broken connection") {
  const auto fails = [](std::vector<std::string> pieces, bool reset = false) {
    OneAnswer server(std::move(pieces), reset);
    const auto answer = Get(server.Url("/"));
    return !answer && answer.error().kind == ErrorKind::kConnectionProblem;
  };
  CHECK(fails({}));
  CHECK(fails({}, true));
  CHECK(fails({"HTTP/1.1 200"}));
  CHECK(fails({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}));
  CHECK(fails({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab"}));
  CHECK(fails({"garbage\r\n\r\n"}));
}

TEST_CASE("an answer has limits of size and time") {
  OneAnswer large({"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"});
  CHECK(Get(large.Url("/")).error().kind == ErrorKind::kLimitExceeded);
  OneAnswer endless({"HTTP/1.1 200 OK\r\n\r\n" + std::string(200, 'x')});
  CHECK(Get(endless.Url("/")).error().kind == ErrorKind::kLimitExceeded);
  OneAnswer header({"HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'x')});
  CHECK(Get(header.Url("/")).error().kind == ErrorKind::kLimitExceeded);
  OneAnswer silent({"HTTP/1.1 200 OK\r\n", "wait"});
  const auto late = Get(silent.Url("/"), {}, {std::chrono::milliseconds(50), 100});
  CHECK(late.error().message.contains("no whole answer in time"));
}

TEST_CASE("a stop ends a call") {
  OneAnswer silent({"wait"});
  StopSignal stop;
  stop.Stop();
  NetworkSettings network;
  network.stop_descriptor = stop.descriptor();
  CHECK(Get(silent.Url("/"), network).error().kind == ErrorKind::kInterrupted);
}

TEST_CASE("a field cannot begin another one") {
  HttpCall call;
  call.method = "GET";
  call.url = ParseHttpUrl("http://127.0.0.1:1/").value();
  call.fields.push_back({"A", Secret("b\r\nC: d")});
  CHECK(CallHttp(call, {}, {}).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("Retry-After may be a date") {
  HttpCallAnswer answer;
  answer.fields = {{"retry-after", "Fri, 31 Dec 2100 23:59:59 GMT"}};
  CHECK(answer.RetryAfter() > std::chrono::hours(24 * 365));
  answer.fields = {{"retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"}};
  CHECK(answer.RetryAfter() == std::chrono::seconds(0));
  answer.fields = {{"retry-after", "soon"}};
  CHECK_FALSE(answer.RetryAfter());
  answer.fields = {{"retry-after", "-5"}};
  CHECK_FALSE(answer.RetryAfter());
}

}  // namespace sallyport
