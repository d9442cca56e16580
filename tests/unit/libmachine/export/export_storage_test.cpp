#include "libmachine/export/export_storage.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

constexpr const char* kStoredAddress = "sample.test:443";

struct StoragePlace {
  const test::TemporaryDirectory directory;
  std::unique_ptr<ExportStorage> storage = Open();

  std::unique_ptr<ExportStorage> Open() const {
    auto opened = ExportStorage::Open(directory.path(), kStoredAddress, false);
    REQUIRE(opened);
    return std::move(*opened);
  }
  std::string File(const std::string& name) const { return ReadFile(storage->path() + "/" + name).value(); }
};

TEST_CASE("files are those of Teleport's handler") {
  StoragePlace place;
  const Time start = ParseTime("2026-11-29T09:09:42Z").value();
  CHECK(place.storage->StartTime(start, Now()).value() == start);
  REQUIRE(place.storage->WritePage({"cursor-1", "id-1", start}));
  REQUIRE(place.storage->WriteSession("5f0a", 258));
  REQUIRE(place.storage->BeginDay("2026-11-29"));
  REQUIRE(place.storage->WriteChunk("2026-11-29", "1-9-0011223344556677", "s1:4"));
  REQUIRE(place.storage->WriteMissing("77aa", {3, 1, start}));

  CHECK(place.storage->path().ends_with("/sample.test_443"));
  CHECK(place.File("start_time") == "2026-11-29T09:09:42Z");
  CHECK(place.File("window_time") == "2026-11-29T09:09:42Z");
  CHECK(place.File("cursor") == "cursor-1");
  CHECK(place.File("id") == "id-1");
  CHECK(place.File("session5f0a") == std::string("\0\0\0\0\0\0\1\2", 8));
  CHECK(place.File("cursor_v2/2026-11-29/1-9-0011223344556677.chunk") == "s1:4");
  CHECK(place.File("missing_recording77aa") == R"({"Index":3,"Attempt":1,"Timestamp":"2026-11-29T09:09:42Z"})");

  REQUIRE(place.storage->CompleteChunk("2026-11-29", "1-9-0011223344556677"));
  CHECK(place.File("cursor_v2/2026-11-29/completed-chunks") == "1-9-0011223344556677\n");
  const auto days = place.storage->ReadDays().value();
  CHECK(days.at("2026-11-29").completed.contains("1-9-0011223344556677"));
  CHECK(days.at("2026-11-29").cursors.empty());
  CHECK(place.storage->ReadSessions().value().at("5f0a") == 258);
  CHECK(place.storage->ReadMissing().value().at("77aa").attempt == 1);
  CHECK(place.storage->ReadPage().value().id == "id-1");
}

TEST_CASE("a storage has one handler") {
  const StoragePlace place;
  const auto second = ExportStorage::Open(place.directory.path(), kStoredAddress, false);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::kLimitExceeded);
  CHECK(ExportStorage::Open(place.directory.path(), kStoredAddress, true));
}

TEST_CASE("a start time and a cluster stay") {
  StoragePlace place;
  const Time start = ParseTime("2026-11-29T09:09:42Z").value();
  REQUIRE(place.storage->StartTime(std::nullopt, start));
  CHECK(place.storage->StartTime(std::nullopt, Now()).value() == start);
  CHECK(place.storage->StartTime(start, Now()).value() == start);
  CHECK_FALSE(place.storage->StartTime(start + std::chrono::seconds(1), Now()));
  REQUIRE(place.storage->CheckCluster("a.test"));
  CHECK(place.storage->CheckCluster("a.test"));
  CHECK(place.storage->CheckCluster("b.test").error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("damaged files are named") {
  StoragePlace place;
  const auto damage = [&](const std::string& name, std::string_view content) {
    REQUIRE(WritePrivateFile(place.storage->path() + "/" + name, content));
  };
  damage("sessionx", "1234567");
  CHECK(place.storage->ReadSessions().error().message.contains("sessionx"));
  damage("sessionx", "\xff\xff\xff\xff\xff\xff\xff\xff");
  CHECK_FALSE(place.storage->ReadSessions());
  damage("missing_recordingx", "{");
  CHECK(place.storage->ReadMissing().error().message.contains("missing_recordingx"));
  damage("start_time", "yesterday");
  CHECK(place.storage->StartTime(std::nullopt, Now()).error().message.contains("start_time"));
  damage("window_time", "-");
  CHECK(place.storage->ReadPage().error().message.contains("window_time"));
}

TEST_CASE("no name leaves the folder") {
  StoragePlace place;
  for (const char* name : {"", ".", "..", "../x", "a/b", ".hidden", "a\nb", "a\\b"}) {
    INFO(name);
    CHECK_FALSE(IsStorageName(name));
    CHECK_FALSE(place.storage->WriteSession(name, 1));
    CHECK_FALSE(place.storage->RemoveSession(name));
    CHECK_FALSE(place.storage->WriteChunk("2026-11-29", name, ""));
  }
  CHECK(IsStorageName("5f0a1b2c-0000-4000-8000-000000000000"));
}

}  // namespace
}  // namespace sallyport
