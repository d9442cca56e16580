#include "libmachine/bot/diagnostics.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

std::string Get(const ServiceStates& states, std::string_view path, std::string_view method = "GET") {
  const BotMetrics metrics;
  return AnswerDiagnostics(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n\r\n", method, path), states, metrics);
}

TEST_CASE("diagnostics answer like those of Teleport's tbot") {
  ServiceStates states;
  states.Add("identity-1", "identity");
  CHECK(
      Get(states, "/livez") ==
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
  CHECK(Get(states, "/readyz").starts_with("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"));
  CHECK(Get(states, "/readyz").ends_with(R"(
{
  "status": "unhealthy",
  "services": {
    "identity-1": {
      "status": "initializing",
      "updated_at": null
    }
  }
})"));
  states.Report("identity-1", {});
  CHECK(Get(states, "/readyz?verbose").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(Get(states, "/readyz/identity-1").starts_with("HTTP/1.1 200 OK\r\n"));
  states.Report("identity-1", Fail(ErrorKind::kInternal, "no"));
  CHECK(Get(states, "/readyz/identity-1").starts_with("HTTP/1.1 503 "));
  CHECK(Get(states, "/readyz/nosuch").ends_with("{\n  \"error\": \"Service named \\\"nosuch\\\" not found.\"\n}"));
  CHECK(Get(states, "/metrics").contains("# TYPE tbot_task_iterations_total counter\n"));
  CHECK(Get(states, "/livez", "HEAD").ends_with("Content-Length: 2\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("other requests are refused") {
  const ServiceStates states;
  const BotMetrics metrics;
  CHECK(Get(states, "/debug/pprof").starts_with("HTTP/1.1 404 "));
  CHECK(Get(states, "/readyzx").starts_with("HTTP/1.1 404 "));
  CHECK(Get(states, "/livez", "POST").starts_with("HTTP/1.1 405 "));
  for (const std::string_view text : {"", " ", "GET", "GET /livez", "GET /livez FTP/1\r\n\r\n", "\r\n\r\n"}) {
    CHECK(AnswerDiagnostics(text, states, metrics).starts_with("HTTP/1.1 400 "));
  }
}

}  // namespace
}  // namespace sallyport
