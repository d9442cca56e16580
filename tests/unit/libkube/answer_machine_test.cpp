#include "libkube/answer_machine.h"

#include <array>
#include <catch2/catch.hpp>

#include "tests/unit/libkube/read_answer.h"

namespace sallyport {
namespace {

using Read = ReadAnswer;

Read ReadAll(std::string_view bytes, AnswerTo to, bool ends, std::size_t step) {
  std::array<char, 7> room;
  return ReadInPieces(bytes, to, ends, step, room);
}

Read ReadAll(std::string_view bytes, AnswerTo to = AnswerTo::kRequest, bool ends = false) {
  const Read once = ReadAll(bytes, to, ends, bytes.size());
  for (const std::size_t step : {1, 2, 5, 64}) {
    CAPTURE(bytes, step);
    CHECK(ReadAll(bytes, to, ends, step) == once);
  }
  return once;
}

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

TEST_CASE("interim answers are no answers") {
  for (const std::string before : {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
                                   "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
                                   "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n"}) {
    for (const auto to : {AnswerTo::kRequest, AnswerTo::kUpgrade}) {
      const Read read = ReadAll(before + std::string(kOk), to);
      CHECK(read == Read{false, true, true, 200, "hi", 0});
      const Read waiting = ReadAll(before, to);
      CHECK((!waiting.failed && !waiting.whole && !waiting.reusable));
    }
  }
  std::string many;
  for (int i = 0; i < 100; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(ReadAll(many).failed);
}

TEST_CASE("a change of protocol answers an upgrade alone") {
  constexpr std::string_view kSwitch =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nraw";
  CHECK(ReadAll(kSwitch).failed);
  CHECK(ReadAll(kSwitch, AnswerTo::kHead).failed);
  const Read read = ReadAll(kSwitch, AnswerTo::kUpgrade);
  CHECK(read == Read{false, true, false, 101, "", 3});
}

TEST_CASE("one whole answer ends where its framing says") {
  CHECK(ReadAll(kOk) == Read{false, true, true, 200, "hi", 0});
  CHECK(ReadAll(std::string(kOk) + "more").left == 4);
  CHECK(ReadAll("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n") ==
        Read{false, true, true, 200, "hi", 0});
  CHECK(ReadAll("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", AnswerTo::kHead) ==
        Read{false, true, true, 200, "", 0});
  CHECK(ReadAll("HTTP/1.1 204 No Content\r\n\r\n") == Read{false, true, true, 204, "", 0});
  CHECK(ReadAll("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") == Read{false, true, true, 304, "", 0});
  CHECK(ReadAll("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi") ==
        Read{false, true, false, 200, "hi", 0});
  CHECK(ReadAll("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi") == Read{false, true, false, 200, "hi", 0});
}

TEST_CASE("the end of the connection ends an answer without a length alone") {
  constexpr std::string_view kEndless = "HTTP/1.1 200 OK\r\n\r\nhello";
  CHECK(ReadAll(kEndless) == Read{false, false, false, 200, "hello", 0});
  CHECK(ReadAll(kEndless, AnswerTo::kRequest, true) == Read{false, true, false, 200, "hello", 0});
  for (const std::string_view half :
       {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    CAPTURE(half);
    const Read read =
        half.empty() ? ReadAll(half, AnswerTo::kRequest, true, 1) : ReadAll(half, AnswerTo::kRequest, true);
    CHECK(read.failed);
    CHECK_FALSE(read.whole);
    CHECK_FALSE(read.reusable);
  }
}

TEST_CASE("a framing that can be taken in two ways is refused") {
  for (const std::string_view fields :
       {"Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\nContent-Length: 3", "Content-Length: 2, 2",
        "Content-Length: +2", "Content-Length: 0x2", "Content-Length: -1", "Content-Length: 99999999999999999999",
        "Content-Length: 2\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 2",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: xchunked", "Content Length: 2",
        "Content-Length : 2"}) {
    CAPTURE(fields);
    CHECK(ReadAll(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n\r\n2\r\nhi\r\n0\r\n\r\n", fields)).failed);
  }
  CHECK(ReadAll("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").failed);
  CHECK(ReadAll("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n").failed);
  CHECK(ReadAll("HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n").failed);
  CHECK(ReadAll("HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n").failed);
  CHECK(ReadAll("SSH-2.0-OpenSSH_9.2\r\n\r\n").failed);
}

}  // namespace
}  // namespace sallyport
