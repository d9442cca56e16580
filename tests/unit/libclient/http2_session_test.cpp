#include "libclient/http2_session.h"

#include <catch2/catch.hpp>

#include "tests/unit/http2_frames.h"

namespace sallyport {
namespace {

using namespace test;

const HeaderFields kSessionRequest = {
    {":method", "POST"}, {":scheme", "https"}, {":path", "/a"}, {":authority", "b"}, {"te", "trailers"}};

// A session after the settings of the other side, and its results of each request.
struct SessionSample {
  SessionSample() {
    REQUIRE(session.Receive(Frame(FrameType::kSettings, 0, 0)));
    session.TakeOutput();
  }
  std::int32_t Ask(std::string body = "question") {
    const auto request = session.Submit(kSessionRequest, std::move(body),
                                        [this](Http2Answer answer) { answers.push_back(std::move(answer)); });
    session.TakeOutput();
    return request.value();
  }
  Http2Session session;
  std::vector<Http2Answer> answers;
};

TEST_CASE("a connection begins with the preface, settings and a window for a page", "[http2]") {
  Http2Session session;
  const std::string output = session.TakeOutput();
  CHECK(output.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  CHECK(output.contains(BigEndian(4, 2) + BigEndian(8 << 20, 4)));
  CHECK(session.TakeOutput().empty());
  CHECK(session.ended().empty());
}

TEST_CASE("an answer is what comes before, in and after the body", "[http2]") {
  SessionSample sample;
  const auto request = static_cast<std::uint32_t>(sample.Ask());
  REQUIRE(sample.session.Receive(HeadersFrame(request, {{":status", "103"}, {"early", "1"}}, false)));
  REQUIRE(sample.session.Receive(HeadersFrame(request, {{":status", "200"}, {"x", "y"}}, false)));
  REQUIRE(sample.session.Receive(Frame(FrameType::kData, 0, request, "ans")));
  REQUIRE(sample.session.Receive(Frame(FrameType::kData, 0, request, "wer")));
  CHECK(sample.answers.empty());
  REQUIRE(sample.session.Receive(HeadersFrame(request, {{"grpc-status", "0"}}, true)));
  REQUIRE(sample.answers.size() == 1);
  CHECK(sample.answers[0].fields == HeaderFields{{":status", "200"}, {"x", "y"}, {"grpc-status", "0"}});
  CHECK(sample.answers[0].body == "answer");
  CHECK(sample.answers[0].error_code == 0);
}

TEST_CASE("answers come in any order", "[http2]") {
  SessionSample sample;
  const auto first = static_cast<std::uint32_t>(sample.Ask());
  const auto second = static_cast<std::uint32_t>(sample.Ask());
  REQUIRE(sample.session.Receive(HeadersFrame(second, {{":status", "201"}}, true)));
  REQUIRE(sample.session.Receive(HeadersFrame(first, {{":status", "202"}}, true)));
  REQUIRE(sample.answers.size() == 2);
  CHECK(sample.answers[0].fields.front().second == "201");
  CHECK(sample.answers[1].fields.front().second == "202");
}

TEST_CASE("an answer that is cut short has the code of its end", "[http2]") {
  SessionSample sample;
  const auto request = static_cast<std::uint32_t>(sample.Ask());
  REQUIRE(sample.session.Receive(Frame(FrameType::kReset, 0, request, BigEndian(8, 4))));
  REQUIRE(sample.answers.size() == 1);
  CHECK(sample.answers[0].error_code == 8);
}

TEST_CASE("after GOAWAY no new request is sent", "[http2]") {
  SessionSample sample;
  const auto request = static_cast<std::uint32_t>(sample.Ask());
  SECTION("what it has not begun is refused") {
    REQUIRE(sample.session.Receive(Frame(FrameType::kGoAway, 0, 0, BigEndian(0, 4) + BigEndian(0, 4))));
    REQUIRE(sample.answers.size() == 1);
    CHECK(sample.answers[0].error_code == 7);
    CHECK(sample.session.ended() == "the peer ended the connection");
  }
  SECTION("what it has begun is ended") {
    REQUIRE(sample.session.Receive(Frame(FrameType::kGoAway, 0, 0, BigEndian(request, 4) + BigEndian(0, 4))));
    CHECK(sample.answers.empty());
    sample.Ask();
    REQUIRE(sample.answers.size() == 1);
    CHECK(sample.answers[0].error_code == 7);
    REQUIRE(sample.session.Receive(HeadersFrame(request, {{":status", "200"}}, true)));
    CHECK(sample.answers.size() == 2);
    CHECK(sample.session.ended() == "the peer ended the connection");
  }
}

TEST_CASE("a cancelled request has no result", "[http2]") {
  SessionSample sample;
  const std::int32_t request = sample.Ask();
  sample.session.Cancel(request);
  CHECK(sample.session.TakeOutput() ==
        Frame(FrameType::kReset, 0, static_cast<std::uint32_t>(request), BigEndian(8, 4)));
  REQUIRE(sample.session.Receive(HeadersFrame(static_cast<std::uint32_t>(request), {{":status", "200"}}, true)));
  sample.session.Cancel(request);
  CHECK(sample.answers.empty());
}

TEST_CASE("a body larger than the window waits for more of it", "[http2]") {
  SessionSample sample;
  sample.session.Submit(kSessionRequest, std::string(100'000, 'x'), [](Http2Answer) {}).value();
  std::size_t sent = 0;
  for (std::string part = sample.session.TakeOutput(); !part.empty(); part = sample.session.TakeOutput()) {
    sent += part.size();
  }
  CHECK(sent > 65'535);
  CHECK(sent < 66'500);
  REQUIRE(sample.session.Receive(Frame(FrameType::kWindowUpdate, 0, 0, BigEndian(1 << 20, 4))));
  REQUIRE(sample.session.Receive(Frame(FrameType::kWindowUpdate, 0, 1, BigEndian(1 << 20, 4))));
  for (std::string part = sample.session.TakeOutput(); !part.empty(); part = sample.session.TakeOutput()) {
    sent += part.size();
  }
  CHECK(sent > 100'000);
}

TEST_CASE("an answer that grows without end is cut off", "[http2]") {
  SessionSample sample;
  const auto request = static_cast<std::uint32_t>(sample.Ask());
  SECTION("its body") {
    REQUIRE(sample.session.Receive(HeadersFrame(request, {{":status", "200"}}, false)));
    const std::string part(16'000, 'x');
    for (int i = 0; i < 4300 && sample.answers.empty(); ++i) {
      REQUIRE(sample.session.Receive(Frame(FrameType::kData, 0, request, part)));
      sample.session.TakeOutput();
    }
    REQUIRE(sample.answers.size() == 1);
    CHECK(sample.answers[0].too_large);
    CHECK(sample.answers[0].body.empty());
  }
  SECTION("its fields") {
    HeaderFields fields = {{":status", "200"}};
    for (int i = 0; i < 100; ++i) fields.emplace_back("x", std::string(120, 'y'));
    REQUIRE(sample.session.Receive(HeadersFrame(request, fields, false)));
    for (int i = 0; i < 10; ++i) std::ignore = sample.session.Receive(HeadersFrame(request, fields, false));
    sample.session.TakeOutput();
    REQUIRE(sample.answers.size() == 1);
    CHECK(sample.answers[0].error_code != 0);
  }
}

// A call that streams pieces in both directions.
struct SampleStream : SessionSample {
  SampleStream() {
    request = session
                  .Open(
                      kSessionRequest, [this](std::string_view bytes) { received += bytes; },
                      [this](Http2Answer answer) { answers.push_back(std::move(answer)); })
                  .value();
    session.TakeOutput();
    REQUIRE(session.Receive(HeadersFrame(Number(), {{":status", "200"}}, false)));
  }
  std::uint32_t Number() const { return static_cast<std::uint32_t>(request); }
  std::int32_t request = 0;
  std::string received;
};

TEST_CASE("a body goes out piece by piece, and so comes the answer", "[http2]") {
  SampleStream sample;
  CHECK(sample.session.TakeOutput().empty());
  sample.session.Send(sample.request, "one");
  CHECK(sample.session.TakeOutput() == Frame(FrameType::kData, 0, sample.Number(), "one"));
  REQUIRE(sample.session.Receive(Frame(FrameType::kData, 0, sample.Number(), "first")));
  CHECK(sample.received == "first");
  sample.session.Send(sample.request, "two");
  CHECK(sample.session.TakeOutput() == Frame(FrameType::kData, 0, sample.Number(), "two"));
  REQUIRE(sample.session.Receive(Frame(FrameType::kData, 0, sample.Number(), "second")));
  CHECK(sample.received == "firstsecond");
  sample.session.EndBody(sample.request);
  CHECK(sample.session.TakeOutput() == Frame(FrameType::kData, kEndStream, sample.Number()));
  CHECK(sample.answers.empty());
  REQUIRE(sample.session.Receive(HeadersFrame(sample.Number(), {{"grpc-status", "0"}}, true)));
  REQUIRE(sample.answers.size() == 1);
  CHECK(sample.answers[0].fields.back().second == "0");
}

TEST_CASE("an answer that ends first ends the request", "[http2]") {
  SampleStream sample;
  sample.session.Send(sample.request, std::string(200'000, 'x'));
  sample.session.TakeOutput();
  REQUIRE(sample.session.Receive(HeadersFrame(sample.Number(), {{"grpc-status", "7"}}, true)));
  REQUIRE(sample.answers.size() == 1);
  CHECK(sample.answers[0].fields.back().second == "7");
  CHECK(sample.session.TakeOutput().contains(Frame(FrameType::kReset, 0, sample.Number(), BigEndian(0, 4))));
  sample.session.Send(sample.request, "late");
  CHECK(sample.session.TakeOutput().empty());
  CHECK(sample.answers.size() == 1);
}

TEST_CASE("what waits to be sent is known, and goes out as the other side makes room", "[http2]") {
  SampleStream sample;
  sample.session.Send(sample.request, std::string(100'000, 'x'));
  while (!sample.session.TakeOutput().empty()) {
  }
  CHECK(sample.session.Unsent(sample.request) == 100'000 - 65'535);
  REQUIRE(sample.session.Receive(Frame(FrameType::kWindowUpdate, 0, 0, BigEndian(1 << 20, 4)) +
                                 Frame(FrameType::kWindowUpdate, 0, sample.Number(), BigEndian(1 << 20, 4))));
  while (!sample.session.TakeOutput().empty()) {
  }
  CHECK(sample.session.Unsent(sample.request) == 0);
}

TEST_CASE("the other side gets room again for what was used, and for nothing else", "[http2]") {
  SampleStream sample;
  REQUIRE(sample.session.Receive(Frame(FrameType::kSettings, kAck, 0)));
  const std::string piece(16'000, 'x');
  for (int i = 0; i < 300; ++i) REQUIRE(sample.session.Receive(Frame(FrameType::kData, 0, sample.Number(), piece)));
  CHECK(sample.session.TakeOutput().empty());
  sample.session.Consume(sample.request, sample.received.size());
  const std::string window = BigEndian(static_cast<std::uint32_t>(sample.received.size()), 4);
  const std::string output = sample.session.TakeOutput();
  CHECK(output.contains(Frame(FrameType::kWindowUpdate, 0, 0, window)));
  CHECK(output.contains(Frame(FrameType::kWindowUpdate, 0, sample.Number(), window)));
}

TEST_CASE("what is not HTTP/2 is an error", "[http2]") {
  Http2Session session;
  std::ignore = session.Receive("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK_FALSE(session.TakeOutput().empty());  // our error frame
  CHECK(session.ended() == "the peer violates the HTTP/2 protocol");
}

}  // namespace
}  // namespace sallyport
