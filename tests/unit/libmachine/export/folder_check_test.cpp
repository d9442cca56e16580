// Tests that the check of exported files finds each event that is missing, changed or moved.
#include "libmachine/export/folder_check.h"

#include <catch2/catch.hpp>

#include "exported_log.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using test::ExportedLog;
using test::TemporaryDirectory;
using Kind = ChainProblem::Kind;
using Found = std::vector<ChainProblem>;

FolderReport Checked(const TemporaryDirectory& folder, const FolderCheckOptions& options = {}) {
  return CheckFolder(folder.path(), options).value();
}

FolderReport CheckedLines(std::string_view lines, const FolderCheckOptions& options = {}) {
  const TemporaryDirectory folder;
  folder.Write("events.log", lines);
  return Checked(folder, options);
}

Found FoundIn(const FolderReport& report) {
  Found problems = report.chain.problems;
  for (auto& problem : problems) problem.reason.clear();
  return problems;
}

TEST_CASE("a whole export has no problems and is signed by its heads", "[folder_check]") {
  ExportedLog log;
  const FolderReport report = CheckedLines(log.Lines());
  CHECK(report.is_whole());
  CHECK((report.files == 1 && report.lines == 30 && report.chain.events == 30));
  CHECK((report.chain.first == 1 && report.chain.last == 30 && report.chain.signed_through == 20));
  CHECK(report.chain.last_day == "2026-11-29");
  CHECK((report.duplicates == 0 && report.without_chain == 0 && report.without_time == 0 && report.out_of_order == 0));
}

TEST_CASE("neither files nor the order of lines matter", "[folder_check]") {
  ExportedLog log;
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder / "2026/11");
  folder.Write("b.log", log.Lines(1, 12));
  folder.Write("a.json", log.Lines(25, 30) + log.Lines(13, 14));
  folder.Write("2026/11/c.jsonl", log.Lines(15, 24));
  folder.Write("notes.txt", "no event");
  folder.Write("session.7.log", "{\"event\":\"print\"}\n");
  const FolderReport report = Checked(folder);
  CHECK(report.is_whole());
  CHECK((report.files == 4 && report.chain.events == 30 && report.without_chain == 1 && report.out_of_order == 2));
}

TEST_CASE("missing events are named by range", "[folder_check]") {
  ExportedLog log;
  CHECK(FoundIn(CheckedLines(log.Lines(1, 4) + log.Lines(6, 30))) == Found{{Kind::kMissing, 5, 5, ""}});
  CHECK(FoundIn(CheckedLines(log.Lines(1, 4) + log.Lines(8, 30))) == Found{{Kind::kMissing, 5, 7, ""}});
}

TEST_CASE("a changed event is named", "[folder_check]") {
  ExportedLog log;
  log.at(5).Set("name", "mallory");
  CHECK(FoundIn(CheckedLines(log.Lines())) == Found{{Kind::kChanged, 5, 5, ""}});
  log.at(5).Set("name", "user-5");
  CHECK(CheckedLines(log.Lines()).is_whole());
  log.at(5).Remove("time");
  const FolderReport report = CheckedLines(log.Lines());
  CHECK(FoundIn(report) == Found{{Kind::kChanged, 5, 5, ""}});
  CHECK(report.without_time == 1);
}

TEST_CASE("events that changed places are named", "[folder_check]") {
  ExportedLog log;
  const Value chain = *log.at(5).Find("chain");
  log.at(5).Set("chain", *log.at(8).Find("chain"));
  log.at(8).Set("chain", chain);
  CHECK(FoundIn(CheckedLines(log.Lines())) == Found{{Kind::kReordered, 5, 5, ""}, {Kind::kReordered, 8, 8, ""}});
}

TEST_CASE("a day that is cut off is missing", "[folder_check]") {
  ExportedLog log;
  CHECK(FoundIn(CheckedLines(log.Lines(1, 10) + log.Lines(21, 30))) == Found{{Kind::kMissing, 11, 20, ""}});
  CHECK(FoundIn(CheckedLines(log.Lines(1, 19) + log.Lines(21, 30))) == Found{{Kind::kMissing, 20, 20, ""}});
}

TEST_CASE("an export begins by retention where a head ends", "[folder_check]") {
  ExportedLog log;
  const FolderReport report = CheckedLines(log.Lines(11, 30));
  CHECK(report.is_whole());
  CHECK(report.chain.by_retention);
  CHECK(FormatTime(report.chain.begins) == "2026-11-29T08:00:00.123456789Z");
  CHECK(FoundIn(CheckedLines(log.Lines(12, 30))) == Found{{Kind::kMissing, 1, 11, ""}});
}

TEST_CASE("an export may begin and must end where it is told", "[folder_check]") {
  ExportedLog log;
  CHECK(CheckedLines(log.Lines(12, 30), {.first = 12}).is_whole());
  CHECK(CheckedLines(log.Lines(12, 30), {.first = 15}).is_whole());
  CHECK(FoundIn(CheckedLines(log.Lines(12, 30), {.first = 5})) == Found{{Kind::kMissing, 5, 11, ""}});
  CHECK(CheckedLines(log.Lines(), {.last = 30}).is_whole());
  CHECK(FoundIn(CheckedLines(log.Lines(), {.last = 40})) == Found{{Kind::kMissing, 31, 40, ""}});
}

TEST_CASE("equal copies count once, and a copy that differs is told", "[folder_check]") {
  ExportedLog log;
  const std::string lines = log.Lines();
  const std::string again = log.Lines(3, 9);
  const FolderReport report = CheckedLines(lines + again);
  CHECK(report.is_whole());
  CHECK((report.duplicates == 7 && report.chain.events == 30));

  log.at(5).Set("name", "mallory");
  for (const auto& text : {log.Lines(5, 5) + lines, lines + log.Lines(5, 5)}) {
    CHECK(FoundIn(CheckedLines(text)) == Found{{Kind::kChanged, 5, 5, ""}});
  }
}

TEST_CASE("events that were left out hold the chain together", "[folder_check]") {
  ExportedLog log;
  std::string lines;
  for (int number = 1; number <= 30; ++number) {
    const Value line = number % 3 == 0 ? log.LeftOut(number) : log.at(number);
    lines += ToJson(line) + "\n";
  }
  const FolderReport report = CheckedLines(lines);
  CHECK(report.is_whole());
  CHECK((report.chain.events == 20 && report.chain.left_out == 10));
}

TEST_CASE("lines that cannot be read are named", "[folder_check]") {
  ExportedLog log;
  const std::string long_line = "{\"event\":\"" + std::string(3 << 20, 'x') + "\"}\n";
  const FolderReport report =
      CheckedLines(log.Lines(1, 9) + "garbage\x1b[2J\n\n" + long_line + log.Lines(10, 30) + "{");
  CHECK(report.chain.problems.empty());
  CHECK_FALSE(report.is_whole());
  REQUIRE(report.unreadable.size() == 3);
  CHECK(report.unreadable[0] == "events.log:10: there is no JSON of an event");
  CHECK(report.unreadable[1] == "events.log:12: the line is longer than 1048576 bytes");
  CHECK(report.unreadable[2].starts_with("events.log:34: "));

  std::string many;
  for (int i = 0; i < 150; ++i) many += "garbage\n";
  const FolderReport bounded = CheckedLines(many);
  CHECK((bounded.unreadable.size() == 100 && bounded.more_unreadable == 50 && !bounded.is_whole()));
}

TEST_CASE("a last line without its end counts, and links are not followed", "[folder_check]") {
  ExportedLog log;
  std::string lines = log.Lines();
  lines.pop_back();
  const TemporaryDirectory folder;
  folder.Write("events.log", lines);
  std::filesystem::create_symlink(folder / "events.log", folder / "current.log");
  const FolderReport report = Checked(folder);
  CHECK(report.is_whole());
  CHECK((report.files == 1 && report.lines == 30 && report.duplicates == 0));
}

TEST_CASE("a trusted key decides about the heads", "[folder_check]") {
  ExportedLog log;
  const std::string key = log.at(11).Find("key")->as_string();
  CHECK(CheckedLines(log.Lines(), {.trusted_keys = {key}}).is_whole());
  CHECK(FoundIn(CheckedLines(log.Lines(), {.trusted_keys = {"other"}})) == Found{{Kind::kHead, 1, 10, ""}});
  CHECK(CheckedLines(log.Lines(1, 10)).is_whole());
  CHECK(FoundIn(CheckedLines(log.Lines(1, 10), {.trusted_keys = {key}})) == Found{{Kind::kHead, 1, 10, ""}});
}

TEST_CASE("a folder without events that have a chain is refused", "[folder_check]") {
  const TemporaryDirectory folder;
  CHECK(CheckFolder(folder.path(), {}).error().kind == ErrorKind::kNotFound);
  folder.Write("session.log", "{\"event\":\"print\"}\n");
  CHECK(CheckFolder(folder.path(), {}).error().kind == ErrorKind::kNotFound);
  CHECK(CheckFolder(folder / "absent", {}).error().kind == ErrorKind::kNotFound);
  CHECK(CheckFolder(folder / "session.log", {}).error().kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace sallyport
