#include "libresources/events/chain_report.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"

namespace sallyport {
namespace {

ChainReport SampleReport() {
  ChainReport report;
  report.events = 20;
  report.left_out = 2;
  report.first = 11;
  report.last = 32;
  report.begins = ParseTime("2026-11-29T08:00:00Z").value();
  report.by_retention = true;
  report.signed_through = 30;
  report.last_day = "2026-11-30";
  report.keys = {"abc"};
  return report;
}

TEST_CASE("a report of a whole log says so at its end", "[chain_report]") {
  CHECK(ChainReportText(SampleReport(), "export") ==
        "Checked 20 events, 11 to 32.\n2 more events were left out on purpose.\n"
        "The log begins at 2026-11-29T08:00:00Z, by retention.\nSigned through event 30, the last of 2026-11-30.\n"
        "Key of the heads: abc\nNo event is missing, changed or reordered.\n");
  CHECK(ChainReportText(ChainReport(), "audit log") == "The audit log is empty.\n");
}

TEST_CASE("a report names problems by range", "[chain_report]") {
  ChainReport report = SampleReport();
  report.problems = {{ChainProblem::Kind::kMissing, 13, 13, ""}, {ChainProblem::Kind::kHead, 11, 30, "a \x1b reason"}};
  report.more_problems = 4;
  const std::string text = ChainReportText(report, "export");
  CHECK(
      text.ends_with("missing: event 13\nhead: events 11 to 30: a \\x1b reason\n4 more problems.\n"
                     "The export is not whole.\n"));
  const Value value = ToValue(report);
  CHECK(value.Find("left_out")->as_int() == 2);
  CHECK(value.Find("more_problems")->as_int() == 4);
  CHECK(ToJson(value.Find("problems")->as_list().at(0)) == R"({"kind":"missing","first":13,"last":13,"reason":""})");
}

}  // namespace
}  // namespace sallyport
