#include "libclient/grpc_stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/http2_frames.h"
#include "tests/unit/libclient/socket_stream.h"

namespace sallyport {
namespace {

using namespace test;

std::string Room(std::uint32_t stream) { return Frame(FrameType::kWindowUpdate, 0, stream, BigEndian(1 << 24, 4)); }

// A call, and a socket on which the test plays the server.
struct Sample {
  Sample() {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    peer = UniqueFd(pair[0]);
    const auto fields = GrpcRequestFields("host", "/a/B", "tsh", std::chrono::milliseconds(0));
    call = GrpcStream::Start(std::make_unique<SocketStream>(pair[1]), fields, "the peer").value();
    Say(Frame(FrameType::kSettings, 0, 0) + Room(0));
    REQUIRE(call->Step());
    Say(Room(1) + HeadersFrame(1, {{":status", "200"}}, false));
    REQUIRE(call->Step());
  }
  void Say(std::string_view bytes) const {
    REQUIRE(::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  std::string Hear() const {
    std::string all;
    char buffer[65536];
    for (ssize_t count = 1; count > 0; count = ::read(peer.get(), buffer, sizeof buffer)) {
      if (count > 1 || !all.empty()) all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }
  UniqueFd peer;
  std::unique_ptr<GrpcStream> call;
};

TEST_CASE("messages go both ways for as long as the call lasts", "[grpc]") {
  Sample sample;
  CHECK(sample.call->fd() >= 0);
  CHECK(sample.call->events() == POLLIN);
  CHECK_FALSE(sample.call->Next().value());
  sample.call->Send("question");
  CHECK_FALSE(sample.call->IsFlushed());
  REQUIRE(sample.call->Step());
  CHECK(sample.call->IsFlushed());
  CHECK(sample.Hear().ends_with(FrameGrpcMessage("question")));
  const std::string two = FrameGrpcMessage("one") + FrameGrpcMessage("two");
  sample.Say(Frame(FrameType::kData, 0, 1, two.substr(0, 11)));
  REQUIRE(sample.call->Step());
  CHECK(sample.call->Next().value() == "one");
  CHECK_FALSE(sample.call->Next().value());
  sample.Say(Frame(FrameType::kData, 0, 1, two.substr(11)));
  sample.Say(HeadersFrame(1, {{"grpc-status", "0"}}, true));
  REQUIRE(sample.call->Step());
  REQUIRE(sample.call->ended());
  CHECK(sample.call->ended()->code == 0);
  CHECK(sample.call->Next().value() == "two");
}

TEST_CASE("a call has no time limit of its own", "[grpc]") {
  for (const auto& [name, value] : GrpcRequestFields("host", "/a/B", "tsh", std::chrono::milliseconds(0))) {
    CHECK(name != "grpc-timeout");
  }
}

TEST_CASE("the end of a call says how it went", "[grpc]") {
  Sample sample;
  sample.Say(HeadersFrame(1, {{"grpc-status", "5"}, {"grpc-message", "no%20such"}}, true));
  REQUIRE(sample.call->Step());
  REQUIRE(sample.call->ended());
  CHECK(sample.call->ended()->code == 5);
  CHECK(sample.call->ended()->message == "no such");
}

TEST_CASE("a connection that breaks before is an error", "[grpc]") {
  Sample sample;
  sample.peer.Reset();
  const Status broken = sample.call->Step();
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind == ErrorKind::kConnectionProblem);
  CHECK(broken.error().message.starts_with("the peer cannot be reached: "));
}

TEST_CASE("a sender is told to stop when the other side reads nothing", "[grpc]") {
  Sample sample;
  const std::string message(16'000, 'x');
  int sent = 0;
  for (; sample.call->HasRoom() && sent < 5000; ++sent) {
    sample.call->Send(message);
    REQUIRE(sample.call->Step());
  }
  CHECK(sent < 5000);
  CHECK((sample.call->events() & POLLOUT) != 0);
  CHECK(sample.Hear().size() > message.size());
  REQUIRE(sample.call->Step());
  CHECK(sample.call->HasRoom());
}

TEST_CASE("unread messages stop the reading of the socket", "[grpc]") {
  Sample sample;
  const std::string message = Frame(FrameType::kData, 0, 1, FrameGrpcMessage(std::string(16'000, 'x')));
  int stalled = 0;
  std::size_t given = 0;
  while (stalled < 3 && given < (16U << 20)) {
    const bool taken = ::send(sample.peer.get(), message.data(), message.size(), MSG_NOSIGNAL) > 0;
    given += taken ? message.size() : 0;
    stalled = taken ? 0 : stalled + 1;
    REQUIRE(sample.call->Step());
  }
  CHECK(stalled == 3);
  CHECK(given < GrpcStream::kWindowBytes);
  CHECK((sample.call->events() & POLLIN) == 0);
  CHECK(sample.call->Next().value()->size() == 16'000);
}

TEST_CASE("a malformed message ends the call", "[grpc]") {
  Sample sample;
  const auto bad = GENERATE(std::string("\1\0\0\0\1x", 6), std::string("\0\7\0\0\0x", 6));
  sample.Say(Frame(FrameType::kData, 0, 1, bad));
  REQUIRE(sample.call->Step());
  CHECK_FALSE(sample.call->Next());
}

}  // namespace
}  // namespace sallyport
