#include "libcluster/ssh/session_frames.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("frames come out as they went in, however the bytes are cut") {
  const std::string sent =
      EncodeFrame(SessionFrameType::kOutput, std::string("a\0b", 3)) + EncodeFrame(SessionFrameType::kExit, "44");
  std::string received;
  std::vector<SessionFrame> frames;
  for (const char c : sent) {
    received += c;
    auto frame = TakeFrame(received);
    REQUIRE(frame);
    if (*frame) frames.push_back(std::move(**frame));
  }
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].type == SessionFrameType::kOutput);
  CHECK(frames[0].payload == std::string("a\0b", 3));
  CHECK(frames[1].payload == "44");
  CHECK(received.empty());
}

TEST_CASE("a length or type that cannot be is an error") {
  for (const std::string_view bad : {std::string_view("\0\0\0\0", 4), std::string_view("\xff\xff\xff\xff", 4),
                                     std::string_view("\0\0\0\1\x77", 5)}) {
    std::string bytes(bad);
    CHECK_FALSE(TakeFrame(bytes));
  }
}

TEST_CASE("hello and verdict") {
  const auto hello = DecodeHello(EncodeHello({"c1", "echo \"hi\"", true, "80:24"}));
  REQUIRE(hello);
  CHECK(hello->connection == "c1");
  CHECK(hello->command == "echo \"hi\"");
  CHECK(hello->terminal);
  CHECK(hello->size == "80:24");
  SessionVerdict sent;
  sent.environment = {{"A", "1"}};
  sent.record = true;
  const auto verdict = DecodeVerdict(EncodeVerdict(sent));
  REQUIRE(verdict);
  CHECK(verdict->refusal.empty());
  CHECK(verdict->environment == sent.environment);
  CHECK(verdict->record);
  CHECK_FALSE(DecodeVerdict("[]"));
  CHECK_FALSE(DecodeHello("{"));
}

}  // namespace
}  // namespace sallyport
