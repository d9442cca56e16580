#include "libcluster/ssh_server/ssh_channels.h"

#include "tests/unit/libcluster/ssh_server/ssh_test_client.h"

namespace sallyport {
namespace {

using namespace test;

constexpr std::uint32_t kOwnNumber = 7;

std::string OfChannel(SshMessage message, std::uint32_t channel) {
  return SshWriter().Byte(message).Uint32(channel).Take();
}

std::string RequestPayload(std::uint32_t channel, std::string_view type, bool wants_answer = true) {
  return SshWriter()
      .Byte(kSshChannelRequest)
      .Uint32(channel)
      .String(type)
      .Byte(wants_answer ? 1 : 0)
      .Raw("words")
      .Take();
}

// Returns the reason and the text of a refusal to open a channel.
std::pair<std::uint32_t, std::string> Refusal(SshTestConnection& client) {
  const std::string payload = client.Expect(kSshChannelOpenFailure);
  SshReader reader(payload);
  reader.Byte().value();
  CHECK(reader.Uint32().value() == kOwnNumber);
  const std::uint32_t reason = reader.Uint32().value();
  return {reason, std::string(reader.String().value())};
}

TEST_CASE("bytes go both ways on a channel", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, "to the server")));
  CHECK(client.data == "to the server");
  client.server.channels().Send(channel, "to the client");
  CHECK(client.Expect(kSshChannelData) ==
        SshWriter().Byte(kSshChannelData).Uint32(kOwnNumber).String("to the client").Take());
  client.server.channels().SendError(channel, "a reason");
  CHECK(client.Expect(kSshChannelExtendedData).ends_with("a reason"));
}

TEST_CASE("requests are answered when an answer is wanted", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  REQUIRE(client.Send(RequestPayload(channel, "good")));
  CHECK(client.Expect(kSshChannelSuccess) == OfChannel(kSshChannelSuccess, kOwnNumber));
  REQUIRE(client.Send(RequestPayload(channel, "bad")));
  CHECK(client.Expect(kSshChannelFailure) == OfChannel(kSshChannelFailure, kOwnNumber));
  REQUIRE(client.Send(RequestPayload(channel, "good", false)));
  CHECK(client.Received().empty());
  CHECK(client.requests == std::vector<std::string>{"good:words", "bad:words", "good:words"});
}

TEST_CASE("a client has a few channels at a time, and thousand times as many are refused", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  std::vector<std::uint32_t> open;
  for (std::size_t i = 0; i < client.options.channels.channels; ++i) open.push_back(client.Open(kOwnNumber));
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(client.Send(SshTestConnection::OpenPayload(kOwnNumber, "known")));
    CHECK(Refusal(client).first == static_cast<std::uint32_t>(SshOpenFailure::kResourceShortage));
  }
  CHECK(client.server.channels().open() == client.options.channels.channels);

  REQUIRE(client.Send(OfChannel(kSshChannelClose, open.front())));
  CHECK(client.Expect(kSshChannelClose) == OfChannel(kSshChannelClose, kOwnNumber));
  CHECK(client.closed == std::vector<std::uint32_t>{open.front()});
  client.Open(kOwnNumber);
}

TEST_CASE("a channel that the server has closed keeps its place until the client closes it", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  client.server.channels().Close(channel);
  client.Expect(kSshChannelEof);
  client.Expect(kSshChannelClose);
  client.server.channels().Close(channel);
  client.server.channels().Send(channel, "late");
  CHECK(client.server.Sendable(channel) == 0);
  CHECK(client.server.channels().open() == 1);

  // The client may have sent these before it knew.
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, "late")));
  REQUIRE(client.Send(RequestPayload(channel, "good")));
  REQUIRE(client.Send(OfChannel(kSshChannelEof, channel)));
  CHECK(client.data.empty());
  CHECK(client.Received().empty());
  REQUIRE(client.Send(OfChannel(kSshChannelClose, channel)));
  CHECK(client.Received().empty());
  CHECK(client.server.channels().open() == 0);
}

TEST_CASE("unknown types of channels are refused", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  REQUIRE(client.Send(SshTestConnection::OpenPayload(kOwnNumber, "session")));
  CHECK(Refusal(client) ==
        std::pair(static_cast<std::uint32_t>(SshOpenFailure::kUnknownType), std::string("unknown type")));
}

TEST_CASE("a client sends as much as its window, and more after it was consumed", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  for (int i = 0; i < 5; ++i) REQUIRE(client.Send(SshTestConnection::DataPayload(channel, std::string(200, 'x'))));
  client.server.channels().Consume(channel, 499);
  CHECK(client.Received().empty());
  client.server.channels().Consume(channel, 1);
  CHECK(client.Expect(kSshChannelWindowAdjust) ==
        SshWriter().Byte(kSshChannelWindowAdjust).Uint32(kOwnNumber).Uint32(500).Take());
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, std::string(400, 'x'))));
  REQUIRE(client.Send(SshTestConnection::DataPayload(channel, std::string(100, 'x'))));
  CHECK(client.data.size() == 1500);

  CHECK_FALSE(client.Send(SshTestConnection::DataPayload(channel, "x")));
  CHECK(client.ExpectDisconnect().contains("window"));
}

TEST_CASE("error output of a client counts and is dropped", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  const std::string payload =
      SshWriter().Byte(kSshChannelExtendedData).Uint32(channel).Uint32(1).String(std::string(400, 'e')).Take();
  for (int i = 0; i < 100; ++i) REQUIRE(client.Send(payload));
  CHECK(client.data.empty());
}

TEST_CASE("the server sends as much as the client's window", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  CHECK(client.server.Sendable(channel) == 300);  // a packet of the client
  std::size_t sent = 0;
  while (const std::size_t count = client.server.Sendable(channel)) {
    client.server.channels().Send(channel, std::string(count, 'x'));
    sent += count;
  }
  CHECK(sent == kClientWindow);
  client.server.channels().Send(channel, "too much");
  for (int i = 0; i < 4; ++i) client.Expect(kSshChannelData);
  CHECK(client.Received().empty());

  REQUIRE(client.Send(SshWriter().Byte(kSshChannelWindowAdjust).Uint32(channel).Uint32(5).Take()));
  CHECK(client.windows == std::vector<std::uint32_t>{channel});
  CHECK(client.server.Sendable(channel) == 5);
}

TEST_CASE("the end of a channel's data is told once", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  REQUIRE(client.Send(OfChannel(kSshChannelEof, channel)));
  REQUIRE(client.Send(OfChannel(kSshChannelEof, channel)));
  CHECK(client.ended == std::vector<std::uint32_t>{channel});
  client.server.channels().Send(channel, "still");
  client.Expect(kSshChannelData);
}

TEST_CASE("a client that breaks the rules of channels is disconnected", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  const std::uint32_t channel = client.Open(kOwnNumber);
  std::string payload;
  std::string text;
  SECTION("data on no channel") {
    payload = SshTestConnection::DataPayload(channel + 1, "x");
    text = "not open";
  }
  SECTION("a request on no channel") {
    payload = RequestPayload(channel + 1, "good");
    text = "not open";
  }
  SECTION("the end of no channel") {
    payload = OfChannel(GENERATE(kSshChannelClose, kSshChannelEof), channel + 1);
    text = "not open";
  }
  SECTION("data after the end") {
    REQUIRE(client.Send(OfChannel(kSshChannelEof, channel)));
    payload = SshTestConnection::DataPayload(channel, "x");
    text = "behind the end";
  }
  SECTION("more than a packet") {
    payload = SshTestConnection::DataPayload(channel, std::string(401, 'x'));
    text = "window";
  }
  SECTION("a window that is too large") {
    payload = SshWriter().Byte(kSshChannelWindowAdjust).Uint32(channel).Uint32(0xffffffff).Take();
    text = "too large";
  }
  SECTION("a channel that takes nothing") {
    payload = SshWriter().Byte(kSshChannelOpen).String("known").Uint32(1).Uint32(1).Uint32(0).Take();
    text = "takes no data";
  }
  SECTION("a message that ends early") {
    payload = SshWriter().Byte(kSshChannelData).Uint32(channel).Uint32(10).Take();
    text = "ends early";
  }
  SECTION("an answer to nothing") {
    payload = SshWriter().Byte(GENERATE(kSshRequestSuccess, kSshRequestFailure)).Take();
    text = "not made";
  }
  CHECK_FALSE(client.Send(payload));
  CHECK(client.ExpectDisconnect().contains(text));
}

TEST_CASE("global requests get an answer, and a sign of life has one", "[ssh_server]") {
  SshTestConnection client;
  client.LogIn();
  REQUIRE(client.Send(SshWriter().Byte(kSshGlobalRequest).String("keepalive@openssh.com").Byte(1).Take()));
  client.Expect(kSshRequestFailure);
  REQUIRE(client.Send(SshWriter().Byte(kSshGlobalRequest).String("tcpip-forward").Byte(0).Raw("more").Take()));
  CHECK(client.Received().empty());

  client.server.channels().AskAlive();
  client.server.channels().AskAlive();
  CHECK(client.Expect(kSshGlobalRequest).contains("keepalive@openssh.com"));
  client.Expect(kSshGlobalRequest);
  CHECK(client.server.channels().unanswered() == 2);
  REQUIRE(client.Send(SshWriter().Byte(kSshRequestFailure).Take()));
  CHECK(client.server.channels().unanswered() == 0);
}

}  // namespace
}  // namespace sallyport
