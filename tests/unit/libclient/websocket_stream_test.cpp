#include <catch2/catch.hpp>
#include <deque>

#include "libclient/connection_upgrade.h"
#include "libclient/tls.h"

namespace sallyport {
namespace {

// A stream whose other side is the test: returns the test's pieces, and records the written bytes.
struct Script {
  std::deque<std::string> pieces;
  std::string written;
  std::size_t write_limit = 1 << 20;  // the stream is full after so many bytes
};
class ScriptedStream : public Stream {
 public:
  explicit ScriptedStream(Script& script) : script_(script) {}
  IoStep TryRead(char* buffer, std::size_t size) override {
    if (script_.pieces.empty()) return {IoState::kWantRead};
    std::string& piece = script_.pieces.front();
    const std::size_t count = std::min(size, piece.size());
    piece.copy(buffer, count);
    piece.erase(0, count);
    if (piece.empty()) script_.pieces.pop_front();
    return {IoState::kDone, count};
  }
  IoStep TryWrite(std::string_view bytes) override {
    const std::size_t count = std::min(bytes.size(), script_.write_limit);
    if (count == 0) return {IoState::kWantWrite};
    script_.write_limit -= count;
    script_.written += bytes.substr(0, count);
    return {IoState::kDone, count};
  }
  void Close() override {}
  int fd() const override { return -1; }

 private:
  Script& script_;
};

std::string ServerFrame(unsigned char first, const std::string& payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += static_cast<char>(126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  }
  return frame + payload;
}

// Removes one client frame from the text; returns its first byte and its unmasked payload.
std::pair<unsigned char, std::string> TakeClientFrame(std::string& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text.at(i)); };
  const unsigned char first = byte(0);
  REQUIRE((byte(1) & 0x80) != 0);
  std::size_t length = byte(1) & 0x7fU;
  std::size_t at = 2;
  if (length == 126) {
    length = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
    at = 4;
  }
  const std::string mask = text.substr(at, 4);
  std::string payload = text.substr(at + 4, length);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  text.erase(0, at + 4 + length);
  return {first, payload};
}

std::string ReadMessages(Stream& stream, IoState& last) {
  std::string all;
  char buffer[7];
  while (true) {
    const IoStep step = stream.TryRead(buffer, sizeof buffer);
    last = step.state;
    if (step.state != IoState::kDone) return all;
    all.append(buffer, step.bytes);
  }
}

TEST_CASE("the accept of RFC 6455's example", "[websocket]") {
  CHECK(WebSocketAccept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("frames are read wherever they are cut", "[websocket]") {
  const std::string bytes = ServerFrame(0x82, "hello ") + ServerFrame(0x02, std::string(300, 'x')) +
                            ServerFrame(0x80, "") + ServerFrame(0x82, "end");
  for (const std::size_t cut : {1, 2, 3, 5, 100}) {
    Script script;
    for (std::size_t at = 0; at < bytes.size(); at += cut) script.pieces.push_back(bytes.substr(at, cut));
    const auto stream = MakeWebSocketStream(std::make_unique<ScriptedStream>(script));
    IoState last{};
    CHECK(ReadMessages(*stream, last) == "hello " + std::string(300, 'x') + "end");
    CHECK(last == IoState::kWantRead);
  }
}

TEST_CASE("a ping is answered, an end is an end, a breach is a failure", "[websocket]") {
  IoState last{};
  Script script;
  script.pieces = {ServerFrame(0x89, "teleport"), ServerFrame(0x82, "x"), ServerFrame(0x88, "\x03\xe8")};
  auto stream = MakeWebSocketStream(std::make_unique<ScriptedStream>(script));
  CHECK(ReadMessages(*stream, last) == "x");
  CHECK(last == IoState::kClosed);
  CHECK(TakeClientFrame(script.written) == std::pair<unsigned char, std::string>{0x8a, "teleport"});
  for (const std::string breach : {"\x82\x81"
                                   "abcdx",
                                   "\xc2\x01"
                                   "x",
                                   "\x89\x7e\x01"}) {
    Script bad;
    bad.pieces = {breach + std::string(1, '\0')};
    stream = MakeWebSocketStream(std::make_unique<ScriptedStream>(bad));
    CHECK(ReadMessages(*stream, last).empty());
    CHECK(last == IoState::kFailed);
  }
}

TEST_CASE("what is written is masked, and waits while the stream below is full", "[websocket]") {
  Script script;
  const auto stream = MakeWebSocketStream(std::make_unique<ScriptedStream>(script));
  const std::string bytes(1000, 'b');
  script.write_limit = 10;
  CHECK(stream->TryWrite(bytes).state == IoState::kWantWrite);
  script.write_limit = 1 << 20;
  const IoStep step = stream->TryWrite(bytes);
  CHECK(step.state == IoState::kDone);
  CHECK(step.bytes == 1000);
  CHECK(TakeClientFrame(script.written) == std::pair<unsigned char, std::string>{0x82, bytes});
  CHECK(script.written.empty());
}

}  // namespace
}  // namespace sallyport
