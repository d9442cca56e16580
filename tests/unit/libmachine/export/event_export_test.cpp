#include "libmachine/export/event_export.h"

#include <catch2/catch.hpp>

#include <random>
#include <thread>

#include "tests/unit/eventually.h"
#include "tests/unit/libmachine/export/sample_log.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

constexpr const char* kExportUrl = "https://sink.test/test.log";
constexpr AuditMethod kAllMethods[] = {AuditMethod::kFollow, AuditMethod::kChunks, AuditMethod::kPages};

// Everything an export needs; each run opens the storage again, as a new process does.
struct ExportPlace {
  explicit ExportPlace(AuditMethod method) : log(method) {
    settings.address = "sample.test:443";
    settings.storage = directory.path();
    settings.url = kExportUrl;
    settings.session_url = "https://sink.test/session";
    settings.exit_on_last_event = true;
    settings.start_time = begin;
    settings.concurrency = 2;
  }

  Status Run() {
    StopSignal stop;
    return RunUntil(stop);
  }
  Status RunUntil(StopSignal& stop) {
    ASSIGN_OR_RETURN(const auto storage, ExportStorage::Open(settings.storage, settings.address, false));
    EventExport exporting(settings, log, sink, *storage, stop);
    const Status result = exporting.Run();
    stop.Stop();
    return result;
  }
  void Append(int count, Time from) {
    for (int i = 0; i < count; ++i) log.Append(from + std::chrono::seconds(i));
  }
  std::set<std::string> Ids() const {
    std::set<std::string> ids;
    for (const auto& event : log.events()) ids.insert(event.id);
    return ids;
  }
  std::set<std::string> Got() const {
    const auto got = sink.got(kExportUrl);
    return {got.begin(), got.end()};
  }

  const test::TemporaryDirectory directory;
  const Time begin = std::chrono::floor<std::chrono::days>(Now()) - std::chrono::hours(72);
  ExportSettings settings;
  test::SampleLog log;
  test::SampleSink sink;
};

TEST_CASE("each method sends every event once, over days, and goes on after a restart") {
  for (const AuditMethod method : kAllMethods) {
    CAPTURE(static_cast<int>(method));
    ExportPlace place(method);
    place.Append(30, place.begin);
    place.Append(40, place.begin + std::chrono::hours(30));
    REQUIRE(place.Run());
    CHECK(place.Got() == place.Ids());
    CHECK(place.sink.got(kExportUrl).size() == 70);

    place.Append(10, Now() - std::chrono::seconds(10));
    REQUIRE(place.Run());
    REQUIRE(place.Run());
    CHECK(place.Got() == place.Ids());
    CHECK(place.sink.got(kExportUrl).size() == 80);
  }
}

TEST_CASE("events from before the start time are not sent") {
  for (const AuditMethod method : {AuditMethod::kFollow, AuditMethod::kPages}) {
    ExportPlace place(method);
    place.Append(5, place.begin - std::chrono::hours(1));
    place.Append(5, place.begin);
    REQUIRE(place.Run());
    CHECK(place.sink.got(kExportUrl).size() == 5);
  }
}

// Ends the export at a random event, as a kill does: the events of the sink stay, the cursors are those of before.
TEST_CASE("no event is lost when the sink breaks off at random events") {
  std::mt19937 random(20261201);
  for (const AuditMethod method : kAllMethods) {
    CAPTURE(static_cast<int>(method));
    ExportPlace place(method);
    place.Append(200, place.begin);
    for (int kills = 0; kills < 30; ++kills) {
      StopSignal stop;
      std::atomic<int> left = static_cast<int>(random() % 20);
      place.sink.refuse = [&](const std::string&) -> Status {
        if (left-- > 0) return {};
        stop.Stop();
        return Fail(ErrorKind::kConnectionProblem, "killed");
      };
      REQUIRE(place.RunUntil(stop));
    }
    place.sink.refuse = [](const std::string&) { return Status(); };
    REQUIRE(place.Run());
    CHECK(place.Got() == place.Ids());
  }
}

TEST_CASE("a folder goes from chunks to following and back without a second delivery") {
  ExportPlace place(AuditMethod::kChunks);
  place.Append(25, place.begin);  // two chunks, and a rest that is in none
  REQUIRE(place.Run());
  CHECK(place.sink.got(kExportUrl).size() == 20);

  const auto storage = ExportStorage::Open(place.settings.storage, place.settings.address, false);
  REQUIRE(storage);
  StopSignal stop;
  test::SampleLog followed(AuditMethod::kFollow);
  for (const auto& event : place.log.events()) followed.Append(event.time);
  {
    EventExport exporting(place.settings, followed, place.sink, **storage, stop);
    REQUIRE(exporting.Run());
    stop.Stop();
  }
  CHECK(place.sink.got(kExportUrl).size() == 25);
  CHECK(place.Got() == place.Ids());
  CHECK((*storage)->ReadFollowed().value() == "t1:25:0011223344556677");

  // The chunk that fills up is known to be sent in part.
  for (int i = 0; i < 5; ++i) followed.Append(Now());
  StopSignal again;
  EventExport exporting(place.settings, followed, place.sink, **storage, again);
  REQUIRE(exporting.Run());
  again.Stop();
  CHECK(place.sink.got(kExportUrl).size() == 30);
  const auto days = (*storage)->ReadDays().value();
  REQUIRE(days.size() >= 1);
}

TEST_CASE("recordings are sent in order after their upload, without skipped types") {
  for (const AuditMethod method : kAllMethods) {
    ExportPlace place(method);
    for (int i = 0; i < 10; ++i)
      place.log.AppendUpload(place.begin + std::chrono::seconds(i), fmt::format("s-{}", i), 7);
    REQUIRE(place.Run());
    for (int i = 0; i < 10; ++i) {
      const auto got = place.sink.got(fmt::format("https://sink.test/session.s-{}.log", i));
      CHECK(got == std::vector<std::string>{fmt::format("s-{}-0", i), fmt::format("s-{}-2", i),
                                            fmt::format("s-{}-3", i), fmt::format("s-{}-5", i),
                                            fmt::format("s-{}-6", i)});
    }
    CHECK(ExportStorage::Open(place.settings.storage, place.settings.address, false).value()->ReadSessions()->empty());
  }
}

TEST_CASE("a recording that is missing is kept for later") {
  ExportPlace place(AuditMethod::kFollow);
  place.log.AppendUpload(Now(), "late", -1);
  REQUIRE(place.Run());
  const auto missing =
      ExportStorage::Open(place.settings.storage, place.settings.address, false).value()->ReadMissing();
  REQUIRE(missing);
  REQUIRE(missing->contains("late"));
  CHECK(missing->at("late").attempt == 1);
}

TEST_CASE("recordings that are forbidden do not stop the others") {
  ExportPlace place(AuditMethod::kFollow);
  for (int i = 0; i < 40; ++i) place.log.AppendUpload(Now(), fmt::format("forbidden-{}", i), -2);
  place.log.AppendUpload(Now(), "allowed", 1);
  REQUIRE(place.Run());
  CHECK(place.sink.got("https://sink.test/session.allowed.log").size() == 1);
  const auto storage = ExportStorage::Open(place.settings.storage, place.settings.address, false);
  CHECK(storage.value()->ReadMissing()->size() == 40);
}

TEST_CASE("an id of a session that cannot be a file's name is left out") {
  ExportPlace place(AuditMethod::kFollow);
  place.log.AppendUpload(place.begin, "../../etc/passwd", 3);
  REQUIRE(place.Run());
  CHECK(place.sink.got(kExportUrl).size() == 1);
  CHECK(place.sink.requests() == 1);
}

TEST_CASE("types of events are chosen and left out") {
  ExportPlace place(AuditMethod::kFollow);
  for (const char* type : {"a", "b", "c", "a"}) place.log.Append(place.begin, type);
  place.settings.types = {"a", "b"};
  place.settings.skip_event_types = {"b"};
  REQUIRE(place.Run());
  CHECK(place.sink.got(kExportUrl) == std::vector<std::string>{"id-1", "id-4"});
}

TEST_CASE("another cluster's storage and a refused identity end the export") {
  ExportPlace place(AuditMethod::kFollow);
  REQUIRE(place.Run());
  place.log.cluster = "other.test";
  const Status other = place.Run();
  REQUIRE_FALSE(other);
  CHECK(other.error().kind == ErrorKind::kBadParameter);

  place.log.cluster = "sample.test";
  place.log.failure = Fail(ErrorKind::kAccessDenied, "no");
  const Status refused = place.Run();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("chain needs a cluster that has one") {
  ExportPlace place(AuditMethod::kChunks);
  place.settings.chain = true;
  const Status refused = place.Run();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::kNotImplemented);
}

}  // namespace
}  // namespace sallyport
