#include "libmachine/export/export_progress.h"

#include <catch2/catch.hpp>

#include "libbase/value_fields.h"
#include "libmachine/export/export_pages.h"

namespace sallyport {
namespace {

const Time kProgressStart = ParseTime("2026-12-01T08:00:00Z").value();

Error AwayError(const char* message) { return Fail(ErrorKind::kConnectionProblem, "{}", message).error(); }

TEST_CASE("an export is ready while it reads, sends and stores") {
  ExportProgress progress(kProgressStart);
  CHECK_FALSE(progress.IsReady(kProgressStart));
  progress.Reading("walk.test", "follow");
  CHECK(progress.IsReady(kProgressStart));

  progress.SinkFailed(AwayError("sink away"), kProgressStart);
  CHECK_FALSE(progress.IsReady(kProgressStart));
  CHECK(progress.IsReading());
  CHECK(TextAt(*progress.Status(kProgressStart).Find("sink_failure"), "reason") == "sink away");
  progress.Delivered(3, kProgressStart);
  CHECK(progress.IsReady(kProgressStart));

  progress.ReadFailed(AwayError("cluster away"), kProgressStart);
  CHECK_FALSE(progress.IsReading());
  progress.Reading("walk.test", "follow");
  progress.StorageFailed(AwayError("disk full"), kProgressStart + std::chrono::seconds(5));
  CHECK_FALSE(progress.IsReady(kProgressStart + std::chrono::seconds(5)));
  CHECK(progress.IsReady(kProgressStart + std::chrono::seconds(7)));
  CHECK(progress.delivered() == 3);
}

TEST_CASE("the lag is the age of the oldest event that is not sent") {
  ExportProgress progress(kProgressStart);
  const Time now = kProgressStart + std::chrono::minutes(1);
  CHECK(progress.Metrics(now).contains("event_handler_lag_seconds 0\n"));
  CHECK_FALSE(progress.Metrics(now).contains("lag_events"));
  progress.Behind(7, kProgressStart);
  CHECK(progress.Metrics(now).contains("event_handler_lag_seconds 60\n"));
  CHECK(progress.Metrics(now).contains("event_handler_lag_events 7\n"));
  CHECK(progress.Status(now).Find("lag_events")->as_int() == 7);
  progress.Behind(0, Time());
  CHECK(progress.Status(now).Find("lag_seconds")->as_int() == 0);
}

TEST_CASE("each page of the handler has its answer") {
  ExportProgress progress(kProgressStart);
  CHECK(AnswerExportPage("GET /livez HTTP/1.1\r\n\r\n", progress).starts_with("HTTP/1.1 200 OK"));
  CHECK(AnswerExportPage("GET /readyz HTTP/1.1\r\n\r\n", progress).starts_with("HTTP/1.1 503 "));
  CHECK(AnswerExportPage("GET /metrics HTTP/1.1\r\n\r\n", progress).contains("# TYPE event_handler_ready gauge\n"));
  CHECK(AnswerExportPage("GET /x HTTP/1.1\r\n\r\n", progress).starts_with("HTTP/1.1 404 "));
  CHECK(AnswerExportPage("POST /livez HTTP/1.1\r\n\r\n", progress).starts_with("HTTP/1.1 405 "));
  CHECK(AnswerExportPage(std::string("\0\xff", 2), progress).starts_with("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace sallyport
