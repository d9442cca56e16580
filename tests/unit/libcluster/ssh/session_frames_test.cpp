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

SessionHello Hello() {
  SessionHello hello;
  hello.command = "echo \"\xff\n\"";  // bytes, not text
  hello.directory = "/home/jane";
  hello.umask = 027;
  hello.environment = {"A=1", "EMPTY=", "LC_X=\xe9"};
  return hello;
}

void CheckSame(const SessionHello& one, const SessionHello& other) {
  CHECK(one.command == other.command);
  CHECK(one.directory == other.directory);
  CHECK(one.umask == other.umask);
  CHECK(one.environment == other.environment);
}

TEST_CASE("a hello is decoded as it was encoded") {
  const auto hello = DecodeHello(EncodeHello(Hello()));
  REQUIRE(hello);
  CheckSame(*hello, Hello());
}

TEST_CASE("a shell is not an empty command") {
  const auto shell = DecodeHello(EncodeHello({}));
  REQUIRE(shell);
  CHECK_FALSE(shell->command);
  SessionHello sent;
  sent.command = "";
  CHECK(DecodeHello(EncodeHello(sent))->command == "");
}

TEST_CASE("the request of a login") {
  const auto question = DecodeLogin(EncodeLogin({"DOM\\jane", 1001, "/bin/sh", "AAAA"}));
  REQUIRE(question);
  CHECK(question->login == "DOM\\jane");
  CHECK(question->uid == 1001);
  CHECK(question->shell == "/bin/sh");
  CHECK(question->certificate == "AAAA");
}

TEST_CASE("the command of a session") {
  SessionStart sent;
  sent.change_user = true;
  sent.uid = 1001;
  sent.gid = 1002;
  sent.groups = {1002, 27};
  sent.terminal = true;
  sent.file_log = true;
  sent.shell = "/usr/bin/fish";
  sent.notice = "a sentence";
  sent.hello = Hello();
  const auto start = DecodeStart(EncodeStart(sent));
  REQUIRE(start);
  CHECK(start->change_user);
  CHECK(start->uid == 1001);
  CHECK(start->gid == 1002);
  CHECK(start->groups == sent.groups);
  CHECK(start->terminal);
  CHECK_FALSE(start->record);
  CHECK(start->file_log);
  CHECK(start->shell == sent.shell);
  CHECK(start->notice == sent.notice);
  CheckSame(start->hello, sent.hello);
}

TEST_CASE("cut frames and malformed numbers are errors") {
  const std::string whole = EncodeStart({});
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) CHECK_FALSE(DecodeStart(whole.substr(0, length)));
  using namespace std::string_view_literals;
  CHECK_FALSE(DecodeHello("neither\0\0/\00022\0"sv));
  CHECK_FALSE(DecodeHello("shell\0\0/\0-1\0"sv));
  CHECK_FALSE(DecodeLogin("jane\0x\0/bin/sh\0AAAA\0"sv));
  CHECK_FALSE(DecodeLogin("jane\0004294967296\0/bin/sh\0AAAA\0"sv));
}

}  // namespace
}  // namespace sallyport
