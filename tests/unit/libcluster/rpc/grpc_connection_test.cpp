#include "libcluster/rpc/grpc_connection.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/unit/http2_frames.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kMaxMessage = 100'000;

GrpcLimits SampleLimits() {
  return {.max_calls = 10,
          .max_message_bytes = kMaxMessage,
          .max_buffered_bytes = 2 * kMaxMessage,
          .max_field_bytes = 4096,
          .window_bytes = 1 << 20,
          .call_window_bytes = 65535,
          .reset_burst = 20,
          .resets_per_second = 1,
          .message_time = 60s,
          .answer_time = 60s};
}

HeaderFields RequestFields(const std::string& path = "/a.B/C") {
  return {{":method", "POST"}, {":scheme", "https"},  {":path", path},       {":authority", "auth"},
          {"te", "trailers"},  {"version", "18.3.0"}, {"user-agent", "tsh"}, {"content-type", "application/grpc"}};
}

// A connection after the client's preface and settings, and its events.
struct Sample : GrpcCallEvents {
  explicit Sample(const GrpcLimits& limits = SampleLimits()) : connection(limits, *this) {
    REQUIRE(Receive(std::string(kPreface) + Frame(FrameType::kSettings, 0, 0)));
    Output();
  }

  bool OnCall(std::int32_t call, const GrpcCallHead& head) override {
    heads[call] = head;
    return unary;
  }
  void OnMessage(std::int32_t call) override {
    if (!takes) return;
    while (auto message = connection.Next(call)) messages[call].push_back(std::move(*message));
    if (connection.HasEnded(call)) ended.insert(call);
  }
  void OnOver(std::int32_t call) override { over.push_back(call); }

  bool Receive(const std::string& bytes) { return connection.Receive(bytes).has_value(); }
  void Begin(std::uint32_t call, bool last = false) { REQUIRE(Receive(HeadersFrame(call, RequestFields(), last))); }
  // Sends the bytes of a body in frames of the size that HTTP/2 permits.
  void Body(std::uint32_t call, std::string_view bytes, bool last = false) {
    do {
      const auto part = bytes.substr(0, 16384);
      bytes.remove_prefix(part.size());
      const bool end = last && bytes.empty();
      REQUIRE(Receive(Frame(FrameType::kData, end ? kEndStream : 0, call, part)));
    } while (!bytes.empty());
  }
  std::string Output() {
    std::string all;
    for (auto output = connection.TakeOutput(); !output.empty(); output = connection.TakeOutput()) all += output;
    return all;
  }

  std::map<std::int32_t, GrpcCallHead> heads;
  std::map<std::int32_t, std::vector<std::string>> messages;
  std::set<std::int32_t> ended;
  std::vector<std::int32_t> over;
  bool unary = true;
  bool takes = true;
  GrpcConnection connection;
};

std::string Compressed(std::string_view text, int window) {
  z_stream stream{};
  ::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string bytes(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  ::deflate(&stream, Z_FINISH);
  bytes.resize(bytes.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return bytes;
}

std::string CompressedMessage(std::string_view text, int window) {
  std::string framed = FrameGrpcMessage(Compressed(text, window));
  framed[0] = 1;
  return framed;
}

TEST_CASE("a call has its path, its client and its message", "[grpc_connection]") {
  Sample sample;
  sample.Begin(1);
  CHECK(sample.heads.at(1).path == "/a.B/C");
  CHECK(sample.heads.at(1).client_version == "18.3.0");
  CHECK(sample.heads.at(1).user_agent == "tsh");

  const std::string framed = FrameGrpcMessage("question");
  for (const char byte : framed.substr(0, framed.size() - 1)) sample.Body(1, std::string(1, byte));
  CHECK(sample.messages.empty());
  CHECK(sample.connection.buffered() == framed.size() - 1);
  sample.Body(1, framed.substr(framed.size() - 1), true);
  CHECK(sample.messages.at(1) == std::vector<std::string>{"question"});
  CHECK(sample.ended.contains(1));
  CHECK(sample.connection.buffered() == 0);
}

TEST_CASE("an answer is a message and a status", "[grpc_connection]") {
  Sample sample;
  sample.Begin(1, true);
  sample.connection.Send(1, "answer");
  sample.connection.Finish(1, {});
  const std::string output = sample.Output();
  CHECK(output.contains(FrameGrpcMessage("answer")));
  CHECK(sample.connection.calls() == 0);
  CHECK(sample.over.empty());
}

TEST_CASE("the answer of a call whose client sends on tells it to stop", "[grpc_connection]") {
  Sample sample;
  sample.Begin(1);
  sample.connection.Finish(1, {5, "no such thing"});
  const std::string output = sample.Output();
  CHECK(output.ends_with(Frame(FrameType::kReset, 0, 1, BigEndian(0, 4))));
  CHECK(sample.connection.calls() == 0);
}

TEST_CASE("messages come compressed by gzip and deflate", "[grpc_connection]") {
  Sample sample;
  const std::string text(50'000, 'x');
  const struct {
    const char* name;
    int window;
  } kRows[] = {{"gzip", 16 + MAX_WBITS}, {"deflate", MAX_WBITS}};
  std::uint32_t call = 1;
  for (const auto& row : kRows) {
    auto fields = RequestFields();
    fields.emplace_back("grpc-encoding", row.name);
    REQUIRE(sample.Receive(HeadersFrame(call, fields, false)));
    sample.Body(call, CompressedMessage(text, row.window));
    sample.Body(call, FrameGrpcMessage("plain"), true);
    CHECK(sample.messages.at(static_cast<int>(call)) == std::vector<std::string>{text, "plain"});
    call += 2;
  }
}

TEST_CASE("what is no message ends the call, and only that call", "[grpc_connection]") {
  Sample sample;
  auto gzip = RequestFields();
  gzip.emplace_back("grpc-encoding", "gzip");
  auto snappy = RequestFields();
  snappy.emplace_back("grpc-encoding", "snappy");

  std::string body;
  HeaderFields fields = RequestFields();
  SECTION("a flag that there is not") { body = "\2" + FrameGrpcMessage("x").substr(1); }
  SECTION("compressed, and the request does not say how") { body = CompressedMessage("x", 16 + MAX_WBITS); }
  SECTION("a message that will be too large") { body = std::string(1, '\0') + BigEndian(kMaxMessage + 1, 4); }
  SECTION("a bomb") {
    fields = gzip;
    body = CompressedMessage(std::string(10 << 20, 'x'), 16 + MAX_WBITS);
  }
  SECTION("compressed rubbish") {
    fields = gzip;
    body = "\1" + FrameGrpcMessage("rubbish").substr(1);
  }
  REQUIRE(sample.Receive(HeadersFrame(1, fields, false)));
  sample.Body(1, body);
  CHECK(sample.messages.empty());
  CHECK(sample.over == std::vector<std::int32_t>{1});
  sample.Output();
  CHECK(sample.connection.calls() == 0);
  CHECK(sample.connection.buffered() == 0);

  sample.Begin(3);
  sample.Body(3, FrameGrpcMessage("fine"), true);
  CHECK(sample.messages.at(3) == std::vector<std::string>{"fine"});
}

TEST_CASE("a request that ends within a message is refused", "[grpc_connection]") {
  Sample sample;
  sample.Begin(1);
  sample.Body(1, FrameGrpcMessage("question").substr(0, 7), true);
  CHECK(sample.messages.empty());
  CHECK(sample.over == std::vector<std::int32_t>{1});
}

TEST_CASE("what is no call of gRPC is answered as HTTP", "[grpc_connection]") {
  Sample sample;
  auto fields = RequestFields();
  SECTION("another method") { fields[0].second = "GET"; }
  SECTION("another type") { fields.back().second = "application/json"; }
  SECTION("no type") { fields.pop_back(); }
  REQUIRE(sample.Receive(HeadersFrame(1, fields, true)));
  CHECK(sample.heads.empty());
  CHECK_FALSE(sample.Output().empty());
  CHECK(sample.connection.calls() == 0);
}

TEST_CASE("an encoding that is not taken, and a timeout that is none, never begin a call", "[grpc_connection]") {
  Sample sample;
  auto fields = RequestFields();
  SECTION("encoding") { fields.emplace_back("grpc-encoding", "snappy"); }
  SECTION("timeout") { fields.emplace_back("grpc-timeout", GENERATE("", "5", "S", "-1S", "1x", "123456789S", "1 S")); }
  SECTION("fields without end") {
    for (int i = 0; i < 40; ++i) fields.emplace_back("x" + std::to_string(i), std::string(120, 'y'));
  }
  REQUIRE(sample.Receive(HeadersFrame(1, fields, true)));
  CHECK(sample.heads.empty());
  sample.Output();
  CHECK(sample.connection.calls() == 0);
}

TEST_CASE("messages that nobody takes hold the client back", "[grpc_connection]") {
  Sample sample;
  sample.takes = false;
  sample.unary = false;
  sample.Begin(1);
  const std::string message = FrameGrpcMessage(std::string(1000, 'x'));
  for (int i = 0; i < 60; ++i) sample.Body(1, message);
  CHECK(sample.Output().find(Frame(FrameType::kWindowUpdate, 0, 1).substr(3, 1) + std::string(1, '\0') +
                             BigEndian(1, 4)) == std::string::npos);

  int taken = 0;
  while (sample.connection.Next(1)) ++taken;
  CHECK(taken == 60);
  CHECK(sample.Output().contains(BigEndian(4, 3) + '\x8' + '\0' + BigEndian(1, 4)));
}

TEST_CASE("a connection keeps no more messages than allowed", "[grpc_connection]") {
  Sample sample;
  const std::string part = FrameGrpcMessage(std::string(kMaxMessage, 'x')).substr(0, 60'000);
  for (std::uint32_t call : {1, 3, 5, 7}) {
    sample.Begin(call);
    sample.Body(call, part);
    sample.Output();
  }
  CHECK(sample.connection.buffered() <= 2 * kMaxMessage);
  CHECK(sample.over == std::vector<std::int32_t>{7});
}

TEST_CASE("a client that leaves ends its call", "[grpc_connection]") {
  Sample sample;
  sample.Begin(1);
  sample.Body(1, FrameGrpcMessage("question").substr(0, 7));
  REQUIRE(sample.Receive(Frame(FrameType::kReset, 0, 1, BigEndian(8, 4))));
  CHECK(sample.over == std::vector<std::int32_t>{1});
  CHECK(sample.connection.calls() == 0);
  CHECK(sample.connection.buffered() == 0);
  sample.connection.Send(1, "too late");
  sample.connection.Finish(1, {});
  CHECK_FALSE(sample.connection.Next(1));
}

TEST_CASE("resets in quick succession end the connection", "[grpc_connection]") {
  Sample sample;
  std::uint32_t call = 1;
  for (; call < 2000 && sample.connection.ended().empty(); call += 2) {
    if (!sample.Receive(HeadersFrame(call, RequestFields(), false))) break;
    if (!sample.Receive(Frame(FrameType::kReset, 0, call, BigEndian(8, 4)))) break;
    sample.Output();
  }
  CHECK_FALSE(sample.connection.ended().empty());
  CHECK(call < 100);
  CHECK(sample.connection.calls() == 0);
}

TEST_CASE("more calls at a time than allowed are refused", "[grpc_connection]") {
  Sample sample;
  REQUIRE(sample.Receive(Frame(FrameType::kSettings, kAck, 0)));
  for (std::uint32_t call = 1; call <= 19; call += 2) sample.Begin(call);
  CHECK(sample.connection.calls() == 10);
  std::ignore = sample.Receive(HeadersFrame(21, RequestFields(), false));
  sample.Output();
  CHECK_FALSE(sample.heads.contains(21));
}

TEST_CASE("calls time out", "[grpc_connection]") {
  auto limits = SampleLimits();
  Sample unhurried(limits);
  limits.message_time = 0s;
  limits.answer_time = 0s;
  Sample sample(limits);

  SECTION("a call without its message") {
    sample.Begin(1);
    CHECK(sample.connection.HasTimes());
    sample.connection.Sweep();
    CHECK(sample.over == std::vector<std::int32_t>{1});
  }
  SECTION("a stream that says nothing may do so") {
    sample.unary = false;
    sample.Begin(1);
    CHECK_FALSE(sample.connection.HasTimes());
    sample.Body(1, FrameGrpcMessage("whole"));
    sample.connection.Sweep();
    CHECK(sample.over.empty());
    sample.Body(1, std::string(1, '\0'));
    sample.connection.Sweep();
    CHECK(sample.over == std::vector<std::int32_t>{1});
  }
  SECTION("an answer that is not taken") {
    sample.Begin(1, true);
    sample.connection.Send(1, std::string(90'000, 'x'));
    sample.connection.Finish(1, {});
    sample.Output();
    CHECK(sample.connection.unsent() > 0);
    sample.connection.Sweep();
    sample.Output();
    CHECK(sample.connection.unsent() == 0);
    CHECK(sample.connection.calls() == 0);
  }
  SECTION("a call past its deadline") {
    auto fields = RequestFields();
    fields.emplace_back("grpc-timeout", "1n");
    REQUIRE(unhurried.Receive(HeadersFrame(1, fields, false)));
    std::this_thread::sleep_for(1ms);
    unhurried.connection.Sweep();
    CHECK(unhurried.over == std::vector<std::int32_t>{1});
  }
  SECTION("not a call with time left") {
    auto fields = RequestFields();
    fields.emplace_back("grpc-timeout", GENERATE("99999999H", "60S", "99999999m"));
    REQUIRE(unhurried.Receive(HeadersFrame(1, fields, false)));
    unhurried.connection.Sweep();
    CHECK(unhurried.over.empty());
  }
}

}  // namespace
}  // namespace sallyport
