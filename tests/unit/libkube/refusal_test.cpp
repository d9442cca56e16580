#include "libkube/refusal.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

std::string StatusText(const std::string& reason, int code, const std::string& more = "") {
  return fmt::format(R"({{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure",)"
                     R"("message":"secrets \"b\" is so","reason":"{}"{},"code":{}}})",
                     reason, more, code);
}

TEST_CASE("the reason decides the kind of an error") {
  struct Row {
    int status;
    const char* reason;
    ErrorKind kind;
  };
  for (const auto& [status, reason, kind] :
       {Row{404, "NotFound", ErrorKind::kNotFound}, Row{409, "AlreadyExists", ErrorKind::kAlreadyExists},
        Row{409, "Conflict", ErrorKind::kCompareFailed}, Row{403, "Forbidden", ErrorKind::kAccessDenied},
        Row{401, "Unauthorized", ErrorKind::kNotLoggedIn}, Row{400, "BadRequest", ErrorKind::kBadParameter},
        Row{422, "Invalid", ErrorKind::kBadParameter}, Row{429, "TooManyRequests", ErrorKind::kLimitExceeded},
        Row{413, "RequestEntityTooLarge", ErrorKind::kLimitExceeded},
        Row{405, "MethodNotAllowed", ErrorKind::kNotImplemented},
        Row{500, "InternalError", ErrorKind::kConnectionProblem},
        Row{500, "ServerTimeout", ErrorKind::kConnectionProblem},
        Row{503, "ServiceUnavailable", ErrorKind::kConnectionProblem},
        Row{504, "Timeout", ErrorKind::kConnectionProblem}}) {
    CAPTURE(reason);
    const KubeRefusal refusal = ReadRefusal(status, StatusText(reason, status), "", "get secrets \"a/b\"");
    CHECK(refusal.error.kind == kind);
    CHECK(refusal.error.message == fmt::format("cannot get secrets \"a/b\": secrets \"b\" is so ({})", reason));
    CHECK_FALSE(refusal.gone);
    CHECK_FALSE(refusal.retry_after);
  }
}

TEST_CASE("an answer without a Status is told by its HTTP status") {
  for (const std::string_view body :
       {"", "Unauthorized\n", "{}", R"({"kind":"Pod","reason":"NotFound"})", "[1]", "null"}) {
    CAPTURE(body);
    const KubeRefusal refusal = ReadRefusal(401, body, "", "list secrets");
    CHECK(refusal.error.kind == ErrorKind::kNotLoggedIn);
    CHECK(refusal.error.message == "cannot list secrets: the API server answers with HTTP status 401");
  }
  CHECK(ReadRefusal(409, "", "", "x").error.kind == ErrorKind::kCompareFailed);
  CHECK(ReadRefusal(302, "", "", "x").error.kind == ErrorKind::kInternal);
  CHECK(ReadRefusal(501, "", "", "x").error.kind == ErrorKind::kNotImplemented);
}

TEST_CASE("a state that is gone is told apart") {
  CHECK(ReadRefusal(410, "", "", "x").gone);
  CHECK(ReadRefusal(410, StatusText("Expired", 410), "", "x").gone);
  const Value status(Value::Map{{"kind", "Status"}, {"reason", "Expired"}, {"code", 410}});
  CHECK(ReadRefusal(status, "x").gone);
  CHECK(ReadRefusal(Value(Value::Map{{"code", 410}}), "x").gone);
  CHECK_FALSE(ReadRefusal(Value(Value::Map{{"code", "410"}}), "x").gone);
}

TEST_CASE("the time after which to come again") {
  CHECK(ReadRefusal(429, "", "7", "x").retry_after == 7s);
  CHECK(ReadRefusal(429, "", " 0 ", "x").retry_after == 0s);
  CHECK(ReadRefusal(429, StatusText("TooManyRequests", 429, R"(,"details":{"retryAfterSeconds":3})"), "", "x")
            .retry_after == 3s);
  for (const std::string_view bad : {"", "soon", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999", "1 2"}) {
    CAPTURE(bad);
    CHECK_FALSE(ReadRefusal(429, "", bad, "x").retry_after);
  }
}

TEST_CASE("what a server says cannot move a cursor, and has an end") {
  const KubeRefusal refusal =
      ReadRefusal(403, R"({"kind":"Status","message":"\u001b[2J)" + std::string(100'000, 'x') + "\"}", "", "x");
  CHECK_FALSE(refusal.error.message.contains('\x1b'));
  CHECK(refusal.error.message.size() < 3000);
}

}  // namespace
}  // namespace sallyport
