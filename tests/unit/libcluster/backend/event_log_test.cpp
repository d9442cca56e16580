// Tests of the exported audit log: chain, chunks, heads, retention, and data directories from before.
#include "libcluster/backend/event_log.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libbase/test_clock.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr EventLimits kAllEvents{.events = 100'000, .bytes = 100 << 20};

class LogFixture {
 public:
  LogFixture() { Open(); }

  void Open() {
    backend_.reset();
    backend_ = OpenSqliteBackend(dir_ / "state.db").value();
  }
  void Close() { backend_.reset(); }
  EventLog& log() { return backend_->event_log(); }
  Backend& backend() { return *backend_; }

  void Append(int count) {
    BackendTransaction transaction;
    for (int i = 0; i < count; ++i) transaction.Append(Record());
    REQUIRE(backend_->Commit(std::move(transaction)));
  }
  AuditRecord Record() { return {Now(), "x", "u", fmt::format(R"({{"event":"x","n":{}}})", ++made_)}; }
  std::vector<LoggedEvent> Events() {
    return log().Read(0, std::numeric_limits<std::int64_t>::max(), kAllEvents).value();
  }
  std::vector<AuditChunk> Chunks(Time day) { return log().Chunks(DayOf(day), 0, 10'000).value(); }
  void Sql(const char* sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open((dir_ / "state.db").c_str(), &handle) == SQLITE_OK);
    char* reason = nullptr;
    sqlite3_exec(handle, sql, nullptr, nullptr, &reason);
    INFO((reason == nullptr ? "" : reason));
    REQUIRE(reason == nullptr);
    sqlite3_close(handle);
  }

 private:
  const test::TemporaryDirectory dir_;
  std::unique_ptr<Backend> backend_;
  int made_ = 0;
};

// Checks that each link fits its event and the event before.
void CheckChain(const std::vector<LoggedEvent>& events, std::string previous = ChainBeginning()) {
  for (const auto& event : events) {
    CHECK(event.link.previous == previous);
    CHECK(event.link.hash == LinkHash(event.link, EventDigest(std::string_view(event.json))));
    previous = event.link.hash;
  }
}

TEST_CASE("events are chained across commits, refusals and restarts") {
  LogFixture fixture;
  CHECK(fixture.log().Newest()->number == 0);
  CHECK(fixture.log().Oldest()->number == 0);
  fixture.Append(3);

  BackendTransaction refused;
  refused.Append(fixture.Record());
  refused.Remove("/none", true);
  CHECK_FALSE(fixture.backend().Commit(std::move(refused)));

  fixture.Open();
  fixture.Append(2);
  const auto events = fixture.Events();
  REQUIRE(events.size() == 5);
  CheckChain(events);
  for (std::size_t i = 0; i < events.size(); ++i) CHECK(events[i].link.number == static_cast<std::int64_t>(i) + 1);
  CHECK(fixture.log().Newest()->hash == events.back().link.hash);
  CHECK(fixture.log().Find(3)->value().hash == events[2].link.hash);
  CHECK_FALSE(fixture.log().Find(6)->has_value());
}

TEST_CASE("reading keeps its limits") {
  LogFixture fixture;
  fixture.Append(10);
  CHECK(fixture.log().Read(0, 10, {.events = 3, .bytes = 1 << 20})->size() == 3);
  CHECK(fixture.log().Read(0, 10, {.events = 10, .bytes = 1})->size() == 1);
  CHECK(fixture.log().Read(4, 6, kAllEvents)->size() == 2);
  CHECK(fixture.log().Read(10, 20, kAllEvents)->empty());
}

TEST_CASE("a stream begins with the first event of a time") {
  TestClock clock;
  LogFixture fixture;
  fixture.Append(2);
  clock.Advance(hours(1));
  const Time later = Now();
  fixture.Append(2);
  CHECK(fixture.log().FirstSince(Time())->value() == 1);
  CHECK(fixture.log().FirstSince(later)->value() == 3);
  CHECK_FALSE(fixture.log().FirstSince(Now() + hours(1))->has_value());
}

TEST_CASE("a chunk is due by age, and never changes") {
  TestClock clock;
  LogFixture fixture;
  fixture.Append(2);
  const Time begun = Now();
  REQUIRE(fixture.log().Seal(Now()));
  CHECK(fixture.Chunks(begun).empty());

  REQUIRE(fixture.log().Seal(Now() + kChunkAge));
  const auto chunks = fixture.Chunks(begun);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].first == 1);
  CHECK(chunks[0].last == 2);
  CHECK(chunks[0].hash == fixture.Events()[1].link.hash);

  fixture.Append(1);
  fixture.Open();
  CHECK(fixture.Chunks(begun) == chunks);
  REQUIRE(fixture.log().Seal(Now() + kChunkAge));
  CHECK(fixture.Chunks(begun).size() == 2);
  CHECK(fixture.log().FindChunk(1)->value() == chunks[0]);
  CHECK_FALSE(fixture.log().FindChunk(2)->has_value());
}

TEST_CASE("a chunk is due by its number of events") {
  LogFixture fixture;
  fixture.Append(kChunkEvents + 5);
  const Time begun = Now();
  REQUIRE(fixture.log().Seal(Now()));
  const auto chunks = fixture.Chunks(begun);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].last == kChunkEvents);
}

TEST_CASE("the number of full chunks of a day is bounded") {
  LogFixture fixture;
  fixture.Append(1);
  const Time begun = Now();
  fixture.Sql(fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO "
                          "event_chunks SELECT -i, -i, {}, x'00' FROM n",
                          kFullChunksOfDay, DayOf(begun))
                  .c_str());
  fixture.Append(kChunkEvents + 5);
  REQUIRE(fixture.log().Seal(Now()));
  CHECK_FALSE(fixture.log().FindChunk(1)->has_value());
  REQUIRE(fixture.log().Seal(Now() + kChunkAge));
  CHECK(fixture.log().FindChunk(1)->value().last == kChunkEvents + 6);
}

TEST_CASE("a chunk is of the day of the commit, whatever the clock and the event's time say") {
  TestClock clock;
  LogFixture fixture;
  clock.Advance(hours(24) - (Now() - std::chrono::floor<std::chrono::days>(Now())) + hours(12));  // noon
  const Time first_day = Now();
  BackendTransaction old;
  AuditRecord record = fixture.Record();
  record.time = Now() - hours(72);
  old.Append(record);
  REQUIRE(fixture.backend().Commit(std::move(old)));

  clock.Advance(hours(24));
  const Time second_day = Now();
  fixture.Append(2);
  clock.Advance(-hours(24));  // the clock jumps back
  fixture.Append(3);
  REQUIRE(fixture.log().Seal(Now()));
  REQUIRE(fixture.log().Seal(Now() + kChunkAge));

  const auto first = fixture.Chunks(first_day);
  const auto second = fixture.Chunks(second_day);
  REQUIRE(first.size() == 2);
  REQUIRE(second.size() == 1);
  CHECK((first[0].first == 1 && first[0].last == 1));
  CHECK((second[0].first == 2 && second[0].last == 3));
  CHECK((first[1].first == 4 && first[1].last == 6));
  CHECK(fixture.Chunks(first_day - hours(72)).empty());
}

TEST_CASE("threads that seal and write at once make chunks without gaps") {
  TestClock clock;
  LogFixture fixture;
  const Time begun = Now();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 40; ++i) {
        BackendTransaction transaction;
        transaction.Append({Now(), "x", "u", R"({"event":"x"})"});
        std::ignore = fixture.backend().Commit(std::move(transaction));
        std::ignore = fixture.log().Seal(Now() + kChunkAge);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(fixture.log().Seal(Now() + kChunkAge));
  CheckChain(fixture.Events());

  std::int64_t last = 0;
  for (const auto& chunk : fixture.Chunks(begun)) {
    CHECK(chunk.first == last + 1);
    last = chunk.last;
  }
  CHECK(last == 120);
}

ChainHead HeadOf(const AuditChunk& range, std::string previous = ChainBeginning()) {
  ChainHead head;
  head.cluster_name = "ex.com";
  head.day = DayText(range.day);
  head.first = range.first;
  head.last = range.last;
  head.hash = range.hash;
  head.previous = std::move(previous);
  REQUIRE(SignHead(GeneratePrivateKey(KeyAlgorithm::kEd25519).value(), head));
  return head;
}

TEST_CASE("a day that is over gets one head, whose event is of the next day") {
  TestClock clock;
  LogFixture fixture;
  fixture.Append(2);
  const std::int64_t day = DayOf(Now());
  REQUIRE(fixture.log().Seal(Now() + kChunkAge));
  fixture.Append(1);
  CHECK_FALSE(fixture.log().EndedDay(day)->has_value());

  clock.Advance(hours(24));
  REQUIRE(fixture.log().Seal(Now()));
  const AuditChunk ended = fixture.log().EndedDay(DayOf(Now()))->value();
  CHECK((ended.first == 1 && ended.last == 3 && ended.day == day));
  const ChainHead head = HeadOf(ended);
  REQUIRE(fixture.log().AddHead(head, fixture.Record()));
  CHECK(fixture.log().AddHead(head, fixture.Record()).error().kind == ErrorKind::kCompareFailed);
  CHECK_FALSE(fixture.log().EndedDay(DayOf(Now()))->has_value());

  fixture.Open();
  CHECK(fixture.Events().size() == 4);
  CheckChain(fixture.Events());
  const auto heads = fixture.log().Heads(0, 10).value();
  REQUIRE(heads.size() == 1);
  CHECK(CheckHead(heads[0]));
  CHECK(heads[0].signature == head.signature);
  CHECK(fixture.log().Heads(3, 10)->empty());
}

TEST_CASE("removal leaves the heads, and the chain goes on from them") {
  TestClock clock;
  LogFixture fixture;
  fixture.Append(4'500);
  const Time first_day = Now();
  clock.Advance(hours(24));
  REQUIRE(fixture.log().Seal(Now()));
  REQUIRE(fixture.log().AddHead(HeadOf(fixture.log().EndedDay(DayOf(Now()))->value()), fixture.Record()));
  CHECK(fixture.log().RemoveThrough(4'500).value());
  CHECK(fixture.Chunks(first_day).empty());
  while (fixture.log().RemoveThrough(4'500).value()) {
  }

  const auto head = fixture.log().Heads(0, 10).value().at(0);
  CHECK(fixture.log().Oldest()->number == 4'501);
  CHECK(fixture.log().Oldest()->previous == head.hash);
  fixture.Open();
  fixture.Append(1);
  CHECK(fixture.log().Newest()->number == 4'502);
  CheckChain(fixture.Events(), head.hash);
  REQUIRE(fixture.log().Seal(Now() + kChunkAge));
  CHECK(fixture.log().FindChunk(4'501)->has_value());
}

TEST_CASE("events from before the chain are chained at the start") {
  LogFixture fixture;
  fixture.Append(5'003);
  fixture.Close();
  // As an older program left it: without the chain, and with an event of an older program after a newer one.
  fixture.Sql(
      "CREATE TABLE old AS SELECT sequence, time, type, id, json FROM events; DROP TABLE events; DROP TABLE "
      "event_chunks; DROP TABLE event_heads; CREATE TABLE events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, "
      "time INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL); INSERT INTO events "
      "SELECT * FROM old;");
  fixture.Open();
  CHECK(fixture.Events().size() == 5'003);
  CheckChain(fixture.Events());
  fixture.Close();
  fixture.Sql("INSERT INTO events (time, type, id, json) VALUES (1, 'x', 'u', '{}')");
  fixture.Open();
  fixture.Append(1);
  CHECK(fixture.Events().size() == 5'005);
  CheckChain(fixture.Events());
  CHECK(fixture.Events()[5'003].link.committed == Time(Nanoseconds(1)));
}

TEST_CASE("watchers hear of commits of events alone, until they leave") {
  LogFixture fixture;
  int heard = 0;
  auto watch = fixture.log().Watch([&heard] { ++heard; });
  BackendTransaction other;
  other.Put("/x", "y");
  REQUIRE(fixture.backend().Commit(std::move(other)));
  CHECK(heard == 0);
  fixture.Append(3);
  CHECK(heard == 1);
  watch.reset();
  fixture.Append(1);
  CHECK(heard == 1);
}

}  // namespace
}  // namespace sallyport
