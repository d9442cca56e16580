#include "libclient/http2_channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/http2_frames.h"
#include "tests/unit/libclient/socket_stream.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;

const HeaderFields kRequest = {{":method", "POST"}, {":scheme", "https"}, {":path", "/a"}, {":authority", "b"}};

// The other end of a channel, on which the test plays the server.
class Peer {
 public:
  Peer() {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    socket_ = UniqueFd(pair[0]);
    channel = Http2Channel::Start(std::make_unique<SocketStream>(pair[1]), "the peer").value();
    Send(Frame(FrameType::kSettings, 0, 0));
  }
  // Has no assertion, because any thread may call; a failed write makes the other side miss bytes.
  void Send(const std::string& bytes) { std::ignore = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // Reads until the text has arrived. Returns false when the other side has ended.
  bool Await(std::string_view text) {
    while (!seen_.contains(text)) {
      char buffer[4096];
      const ssize_t count = ::read(socket_.get(), buffer, sizeof buffer);
      if (count <= 0) return false;
      seen_.append(buffer, static_cast<std::size_t>(count));
    }
    seen_.erase(0, seen_.find(text) + text.size());
    return true;
  }
  void Hang() { socket_.Reset(); }
  std::unique_ptr<Http2Channel> channel;

 private:
  UniqueFd socket_;
  std::string seen_;
};

Deadline In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

TEST_CASE("an exchange over a channel, and another", "[http2]") {
  Peer peer;
  std::thread server([&] {
    for (const std::uint32_t request : {1U, 3U}) {
      peer.Await("question");
      peer.Send(HeadersFrame(request, {{":status", "200"}}, false) +
                Frame(FrameType::kData, kEndStream, request, "answer"));
    }
  });
  CHECK(peer.channel->Exchange(kRequest, "question", In(10s)).value().body == "answer");
  CHECK(peer.channel->Exchange(kRequest, "question", In(10s)).value().body == "answer");
  server.join();
}

TEST_CASE("an idle channel answers pings", "[http2]") {
  Peer peer;
  peer.Send(Frame(FrameType::kPing, 0, 0, "12345678"));
  CHECK(peer.Await(Frame(FrameType::kPing, kAck, 0, "12345678")));
}

TEST_CASE("a call that takes too long is cancelled on both sides", "[http2]") {
  Peer peer;
  const auto answer = peer.channel->Exchange(kRequest, "question", In(20ms));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "the peer does not answer in time");
  CHECK(peer.Await(Frame(FrameType::kReset, 0, 1, BigEndian(8, 4))));
  // A late answer is ignored, and the next call gets its own answer.
  peer.Send(HeadersFrame(1, {{":status", "200"}}, true));
  std::thread server([&] {
    peer.Await("again");
    peer.Send(HeadersFrame(3, {{":status", "203"}}, true));
  });
  CHECK(peer.channel->Exchange(kRequest, "again", In(10s)).value().fields.front().second == "203");
  server.join();
}

TEST_CASE("every caller hears that the connection broke", "[http2]") {
  Peer peer;
  std::vector<std::thread> callers;
  std::atomic<int> told = 0;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      const auto answer = peer.channel->Exchange(kRequest, "question", In(10s));
      told += !answer && answer.error().kind == ErrorKind::kConnectionProblem ? 1 : 0;
    });
  }
  for (int i = 0; i < 3; ++i) peer.Await("question");
  peer.Hang();
  for (auto& caller : callers) caller.join();
  CHECK(told == 3);
  const auto later = peer.channel->Exchange(kRequest, "question", In(10s));
  CHECK(later.error().message == "the peer cannot be reached: the server closed the connection");
}

TEST_CASE("an answer without HTTP/2 is an error", "[http2]") {
  Peer peer;
  peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto answer = peer.channel->Exchange(kRequest, "question", In(10s));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.contains("violates the HTTP/2 protocol"));
}

TEST_CASE("a large question goes as fast as the other side takes it", "[http2]") {
  Peer peer;
  peer.Send(Frame(FrameType::kSettings, 0, 0, BigEndian(4, 2) + BigEndian(1 << 24, 4)) +
            Frame(FrameType::kWindowUpdate, 0, 0, BigEndian(1 << 24, 4)));
  std::thread server([&] {
    peer.Await("the end");
    peer.Send(HeadersFrame(1, {{":status", "200"}}, true));
  });
  CHECK(peer.channel->Exchange(kRequest, std::string(3 << 20, 'x') + "the end", In(10s)));
  server.join();
}

}  // namespace
}  // namespace sallyport
