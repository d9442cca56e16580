#include "libclient/grpc_message.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

Http2Answer AnswerOf(HeaderFields fields, std::uint32_t error_code = 0) {
  return {.fields = std::move(fields), .error_code = error_code};
}

TEST_CASE("a call says what it is and how long it may take", "[grpc]") {
  const HeaderFields fields = GrpcRequestFields("host", "/proto.AuthService/Ping", "tsh", 1500ms);
  const auto has = [&](const char* name, const char* value) {
    return std::ranges::find(fields, std::pair<std::string, std::string>(name, value)) != fields.end();
  };
  CHECK(fields[0].first == ":method");
  CHECK(has(":path", "/proto.AuthService/Ping"));
  CHECK(has(":authority", "host"));
  CHECK(has("te", "trailers"));
  CHECK(has("content-type", "application/grpc"));
  CHECK(has("grpc-timeout", "1500m"));
}

TEST_CASE("a message is framed and read again", "[grpc]") {
  const std::string message(300, 'm');
  const std::string framed = FrameGrpcMessage(message);
  CHECK(framed.substr(0, 5) == std::string("\0\0\0\1\x2c", 5));
  CHECK(UnframeGrpcMessage(framed).value() == message);
  CHECK(UnframeGrpcMessage(FrameGrpcMessage("")).value().empty());
}

TEST_CASE("a body that is not one message is refused", "[grpc]") {
  const std::string framed = FrameGrpcMessage("abc");
  CHECK_FALSE(UnframeGrpcMessage(""));
  CHECK_FALSE(UnframeGrpcMessage(framed.substr(0, 4)));
  CHECK_FALSE(UnframeGrpcMessage(framed.substr(0, 7)));
  CHECK_FALSE(UnframeGrpcMessage(framed + framed));
  CHECK_FALSE(UnframeGrpcMessage('\1' + framed.substr(1)));
  CHECK(UnframeGrpcMessages(framed + framed).value().size() == 2);
  CHECK(UnframeGrpcMessages("").value().empty());
  CHECK_FALSE(UnframeGrpcMessages(framed + framed.substr(0, 7)));
}

TEST_CASE("the status is the server's own, where it gives one", "[grpc]") {
  CHECK(StatusOfAnswer(AnswerOf({{":status", "200"}, {"grpc-status", "0"}})).code == 0);
  const GrpcStatus missing = StatusOfAnswer(
      AnswerOf({{":status", "200"}, {"grpc-status", "5"}, {"grpc-message", "no%0Arole \"%C3%A9\" 100%"}}));
  CHECK(missing.code == 5);
  CHECK(missing.message == "no\nrole \"\xc3\xa9\" 100%");
  // A server that has answered may reset the rest of our request.
  CHECK(StatusOfAnswer(AnswerOf({{":status", "200"}, {"grpc-status", "7"}}, 8)).code == 7);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "200"}, {"grpc-status", "0x"}})).code == 2);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "200"}, {"grpc-status", "-1"}})).code == 2);
}

TEST_CASE("a status that the server did not give follows from how it ended", "[grpc]") {
  CHECK(StatusOfAnswer(AnswerOf({}, 7)).code == 14);  // refused before it began
  CHECK(StatusOfAnswer(AnswerOf({}, 8)).code == 1);   // cancelled
  CHECK(StatusOfAnswer(AnswerOf({}, 11)).code == 8);  // enhance your calm
  CHECK(StatusOfAnswer(AnswerOf({}, 12)).code == 7);  // inadequate security
  CHECK(StatusOfAnswer(AnswerOf({}, 2)).code == 13);
  CHECK(StatusOfAnswer(AnswerOf({}, 99)).code == 2);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "401"}})).code == 16);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "404"}})).code == 12);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "502"}})).code == 14);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "418"}})).code == 2);
  CHECK(StatusOfAnswer(AnswerOf({{":status", "200"}})).code == 2);
  Http2Answer large;
  large.too_large = true;
  CHECK(StatusOfAnswer(large).code == 8);
}

TEST_CASE("a status becomes an error of its kind, on one line", "[grpc]") {
  CHECK(ErrorOfGrpcStatus({5, "no such\n\tthing"}).message == "no such thing");
  CHECK(ErrorOfGrpcStatus({5, ""}).kind == ErrorKind::kNotFound);
  CHECK(ErrorOfGrpcStatus({4, ""}).kind == ErrorKind::kConnectionProblem);
  CHECK(ErrorOfGrpcStatus({14, "gone"}).message == "the auth service cannot be reached: gone");
  CHECK(ErrorOfGrpcStatus({7, "access denied: client credentials have expired, please relogin."}).kind ==
        ErrorKind::kNotLoggedIn);
  CHECK(ErrorOfGrpcStatus({14, "remote error: tls: expired certificate"}).kind == ErrorKind::kNotLoggedIn);
}

}  // namespace
}  // namespace sallyport
