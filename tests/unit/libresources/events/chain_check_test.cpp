// Tests that the check of the audit log finds each event that is missing, changed or moved.
#include "libresources/events/chain_check.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

using ProblemKind = ChainProblem::Kind;

struct LogEntry {
  ChainLink link;
  Value event;
};

// A log of three days with ten events each, and the heads of the first two.
class SampleLog {
 public:
  SampleLog() {
    for (int day = 0; day < 3; ++day) {
      for (int i = 0; i < 10; ++i) Append(day);
      if (day < 2) Sign(day);
    }
  }

  void Append(int day, Value event = Value::EmptyMap()) {
    event.Set("n", static_cast<std::int64_t>(entries.size()));
    ChainLink link{static_cast<std::int64_t>(entries.size()) + 1,
                   TimeOn(day),
                   entries.empty() ? ChainBeginning() : entries.back().link.hash,
                   {}};
    link.hash = LinkHash(link, EventDigest(event));
    entries.push_back({link, std::move(event)});
  }
  void Sign(int day) {
    ChainHead head;
    head.cluster_name = "ex.com";
    head.day = DayText(DayOf(TimeOn(day)));
    head.first = heads.empty() ? 1 : heads.back().last + 1;
    head.last = entries.back().link.number;
    head.hash = entries.back().link.hash;
    head.previous = heads.empty() ? ChainBeginning() : heads.back().hash;
    REQUIRE(SignHead(key, head));
    heads.push_back(head);
  }
  // Makes a new key and the event that names it.
  void Rotate(int day, bool signs = true) {
    const PrivateKey made = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
    Value event = Value::EmptyMap();
    event.Set("event", "audit.key");
    event.Set("cluster_name", "ex.com");
    event.Set("key", KeyIdOf(made.public_key()));
    event.Set("public_key", made.public_key().ToPem());
    event.Set("previous_key", KeyIdOf(key.public_key()));
    event.Set("signature", ToBase64(SignRotation(signs ? key : made, "ex.com", made.public_key()).value()));
    Append(day, std::move(event));
    key = made;
  }

  ChainReport Check(std::vector<std::string> trusted = {}) const {
    ChainCheck check(std::move(trusted));
    for (const auto& head : heads) check.AddHead(head);
    for (const auto& entry : entries) check.Add(entry.link, entry.event);
    return check.Finish();
  }
  LogEntry& at(std::int64_t number) { return entries.at(static_cast<std::size_t>(number - 1)); }

  static Time TimeOn(int day) { return ParseTime("2026-11-28T12:00:00Z").value() + std::chrono::days(day); }

  PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  std::vector<LogEntry> entries;
  std::vector<ChainHead> heads;
};

std::vector<ChainProblem> WithoutReasons(std::vector<ChainProblem> problems) {
  for (auto& problem : problems) problem.reason.clear();
  return problems;
}

using Problems = std::vector<ChainProblem>;

TEST_CASE("a whole log has no problems, and is signed as far as its heads reach") {
  const SampleLog log;
  const ChainReport report = log.Check();
  CHECK(report.problems.empty());
  CHECK((report.events == 30 && report.first == 1 && report.last == 30));
  CHECK(report.signed_through == 20);
  CHECK(report.last_day == "2026-11-29");
  CHECK_FALSE(report.by_retention);
  CHECK(report.keys == std::vector{KeyIdOf(log.key.public_key())});
  CHECK(ChainCheck().Finish().problems.empty());
}

TEST_CASE("missing events are named by range") {
  SampleLog log;
  log.entries.erase(log.entries.begin() + 4, log.entries.begin() + 7);
  CHECK(WithoutReasons(log.Check().problems) == Problems{{ProblemKind::kMissing, 5, 7, ""}});
}

TEST_CASE("a day that is cut off is missing") {
  SampleLog log;
  log.entries.resize(10);
  CHECK(WithoutReasons(log.Check().problems) == Problems{{ProblemKind::kMissing, 11, 20, ""}});
  log.entries.resize(7);
  CHECK(WithoutReasons(log.Check().problems) ==
        Problems{{ProblemKind::kMissing, 8, 10, ""}, {ProblemKind::kMissing, 11, 20, ""}});
}

TEST_CASE("a day that is cut out of the middle is missing and not changed") {
  SampleLog log;
  log.entries.erase(log.entries.begin() + 10, log.entries.begin() + 20);
  const ChainReport report = log.Check();
  CHECK(WithoutReasons(report.problems) == Problems{{ProblemKind::kMissing, 11, 20, ""}});
  CHECK(report.signed_through == 10);
}

TEST_CASE("changed events are named") {
  SampleLog log;
  log.at(5).event.Set("n", "other");
  log.at(6).event.Set("n", "other");
  log.at(9).link.committed += std::chrono::seconds(1);
  CHECK(WithoutReasons(log.Check().problems) ==
        Problems{{ProblemKind::kChanged, 5, 6, ""}, {ProblemKind::kChanged, 9, 9, ""}});
}

TEST_CASE("an event with a hash made anew does not fit the next one") {
  SampleLog log;
  LogEntry& entry = log.at(25);
  entry.event.Set("n", "other");
  entry.link.hash = LinkHash(entry.link, EventDigest(entry.event));
  CHECK(WithoutReasons(log.Check().problems) == Problems{{ProblemKind::kChanged, 25, 26, ""}});
}

TEST_CASE("a chain made anew does not fit what was signed") {
  SampleLog log;
  log.at(5).event.Set("n", "other");
  std::string previous = ChainBeginning();
  for (LogEntry& entry : log.entries) {
    entry.link.previous = previous;
    entry.link.hash = LinkHash(entry.link, EventDigest(entry.event));
    previous = entry.link.hash;
  }
  const ChainReport report = log.Check();
  CHECK(WithoutReasons(report.problems) ==
        Problems{{ProblemKind::kChanged, 1, 10, ""}, {ProblemKind::kChanged, 11, 20, ""}});
  CHECK(report.signed_through == 0);
}

TEST_CASE("reordered events are named, with their links or without them") {
  SampleLog events;
  std::swap(events.at(5).event, events.at(8).event);
  CHECK(WithoutReasons(events.Check().problems) ==
        Problems{{ProblemKind::kReordered, 5, 5, ""}, {ProblemKind::kReordered, 8, 8, ""}});

  SampleLog rows;
  std::swap(rows.at(5), rows.at(8));
  std::swap(rows.at(5).link.number, rows.at(8).link.number);
  CHECK(WithoutReasons(rows.Check().problems) ==
        Problems{{ProblemKind::kReordered, 5, 5, ""}, {ProblemKind::kReordered, 8, 8, ""}});

  SampleLog order;
  std::swap(order.at(5), order.at(6));
  const auto problems = order.Check().problems;
  CHECK(std::ranges::any_of(problems, [](const auto& problem) { return problem.kind == ProblemKind::kReordered; }));
}

TEST_CASE("duplicates count once") {
  SampleLog log;
  ChainCheck check;
  for (const auto& entry : log.entries) {
    check.Add(entry.link, entry.event);
    check.Add(entry.link, entry.event);
  }
  const ChainReport report = check.Finish();
  CHECK(report.problems.empty());
  CHECK(report.events == 30);
}

TEST_CASE("events that were left out are counted and hold the chain together") {
  SampleLog log;
  ChainCheck check;
  for (const auto& entry : log.entries) {
    if (entry.link.number % 3 == 0) {
      check.AddLeftOut(entry.link, EventDigest(entry.event));
    } else {
      check.Add(entry.link, entry.event);
    }
  }
  const ChainReport report = check.Finish();
  CHECK(report.problems.empty());
  CHECK((report.events == 20 && report.left_out == 10));
}

TEST_CASE("a log begins by retention where a head ends, and only there") {
  SampleLog log;
  log.entries.erase(log.entries.begin(), log.entries.begin() + 10);
  const ChainReport report = log.Check();
  CHECK(report.problems.empty());
  CHECK(report.by_retention);
  CHECK(report.begins == SampleLog::TimeOn(1));

  log.entries.erase(log.entries.begin(), log.entries.begin() + 2);
  const ChainReport cut = log.Check();
  CHECK(WithoutReasons(cut.problems) == Problems{{ProblemKind::kMissing, 1, 12, ""}});
  CHECK_FALSE(cut.by_retention);
}

TEST_CASE("heads are read from their events") {
  SampleLog log;
  Value event = Value::EmptyMap();
  const ChainHead& head = log.heads[1];
  event.Set("event", "audit.head");
  event.Set("cluster_name", head.cluster_name);
  event.Set("day", head.day);
  event.Set("first", head.first);
  event.Set("last", static_cast<double>(head.last));  // after a way through a Struct
  event.Set("hash", ToHex(head.hash));
  event.Set("previous", ToHex(head.previous));
  event.Set("key", head.key);
  event.Set("public_key", head.public_key);
  event.Set("signature", ToBase64(head.signature));
  log.Append(2, event);
  log.heads.pop_back();
  CHECK(log.Check().signed_through == 20);
  event.Remove("hash");
  CHECK(HeadOfEvent(event).has_value());  // an empty hash, which no head may have
  CHECK_FALSE(CheckHead(HeadOfEvent(event).value()));
  event.Set("last", 1e300);
  CHECK_FALSE(HeadOfEvent(event).has_value());
  event.Remove("last");
  CHECK_FALSE(HeadOfEvent(event).has_value());
}

TEST_CASE("heads that are forged, missing or contradict each other are told") {
  SampleLog forged;
  forged.heads[0].signature[3] ^= 1;
  CHECK(forged.Check().problems.at(0).kind == ProblemKind::kHead);

  SampleLog gap;
  gap.Sign(2);
  gap.heads.erase(gap.heads.begin() + 1);
  CHECK(WithoutReasons(gap.Check().problems) == Problems{{ProblemKind::kHead, 21, 30, ""}});

  SampleLog two;
  ChainHead other = two.heads[1];
  other.hash = ChainBeginning();
  REQUIRE(SignHead(two.key, other));
  two.heads.push_back(other);
  CHECK(two.Check().problems.at(0).kind == ProblemKind::kHead);
}

TEST_CASE("a new key must be named by the old one, unless it is trusted") {
  SampleLog rotated;
  const std::string old_key = KeyIdOf(rotated.key.public_key());
  rotated.Rotate(2);
  rotated.Rotate(2);
  rotated.Sign(2);
  const ChainReport report = rotated.Check({old_key});
  CHECK(report.problems.empty());
  CHECK(report.keys == std::vector{old_key, KeyIdOf(rotated.key.public_key())});
  CHECK(rotated.Check({"other"}).problems.at(0).kind == ProblemKind::kHead);

  SampleLog unsigned_key;
  unsigned_key.Rotate(2, false);
  unsigned_key.Sign(2);
  CHECK(WithoutReasons(unsigned_key.Check().problems) == Problems{{ProblemKind::kHead, 21, 31, ""}});
  SampleLog silent;
  silent.key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  silent.Sign(2);
  CHECK(WithoutReasons(silent.Check().problems) == Problems{{ProblemKind::kHead, 21, 30, ""}});
  CHECK(silent.Check({silent.heads[0].key, silent.heads[2].key}).problems.empty());
}

TEST_CASE("the list of problems is bounded") {
  SampleLog log;
  for (int i = 0; i < 1000; ++i) log.Append(2);
  for (std::int64_t number = 31; number <= 1030; number += 2) log.at(number).event.Set("n", "other");
  const ChainReport report = log.Check();
  CHECK(report.problems.size() == 200);
  CHECK(report.more_problems == 300);
}

}  // namespace
}  // namespace sallyport
