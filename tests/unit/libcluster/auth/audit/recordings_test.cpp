#include "libcluster/auth/audit/recordings.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "libbase/secret.h"
#include "teleport/legacy/types/events/events.pb.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

events::OneOf Start(const std::string& host_id) {
  events::OneOf event;
  event.mutable_sessionstart()->mutable_metadata()->set_type("session.start");
  event.mutable_sessionstart()->mutable_server()->set_serverid(host_id);
  return event;
}

events::OneOf Print(std::int64_t index) {
  events::OneOf event;
  event.mutable_sessionprint()->mutable_metadata()->set_index(index);
  event.mutable_sessionprint()->set_data("x");
  return event;
}

int EventsOf(const Recordings& recordings, const std::string& session_id) {
  auto source = recordings.Open(session_id);
  REQUIRE(source);
  RecordingReader reader(std::move(*source));
  int count = 0;
  while (true) {
    const auto event = reader.Next();
    REQUIRE(event);
    if (!*event) return count;
    ++count;
  }
}

struct RecordingsFixture {
  test::TemporaryDirectory directory;
  Recordings recordings{directory.path()};
  std::string session = RandomUuid();

  std::shared_ptr<RecordingUpload> Begin() {
    auto upload = recordings.Create(session, "host");
    REQUIRE(upload);
    REQUIRE((*upload)->Append(Start("host")));
    REQUIRE((*upload)->Append(Print(1)));
    return *upload;
  }
};

TEST_CASE_METHOD(RecordingsFixture, "a recording is there when it is complete, not before") {
  const auto upload = Begin();
  CHECK(upload->Flush() == 1);
  CHECK(recordings.Open(session).error().kind == ErrorKind::kNotFound);
  REQUIRE(upload->Append(Print(2)));
  REQUIRE(upload->Complete());
  CHECK(EventsOf(recordings, session) == 3);
  CHECK(std::filesystem::is_empty(directory / "multi"));
}

TEST_CASE_METHOD(RecordingsFixture, "an upload goes on after a crash, without what was half written") {
  std::string id;
  {
    const auto upload = Begin();
    id = upload->id();
    REQUIRE(upload->Flush() == 1);
  }
  std::ofstream(directory / ("multi/" + id + "/" + session), std::ios::app) << "half a part";
  const auto upload = recordings.Resume(session, id, "host");
  REQUIRE(upload);
  REQUIRE((*upload)->Append(Print(1)));  // sent twice
  REQUIRE((*upload)->Append(Print(2)));
  REQUIRE((*upload)->Complete());
  CHECK(EventsOf(recordings, session) == 3);
  CHECK(recordings.Resume(session, id, "host").error().kind == ErrorKind::kNotFound);
}

TEST_CASE_METHOD(RecordingsFixture, "a recording belongs to its host") {
  const auto upload = Begin();
  CHECK(upload->Append(Start("another")).error().kind == ErrorKind::kAccessDenied);
  REQUIRE(upload->Flush());
  CHECK(recordings.Resume(session, upload->id(), "another").error().kind == ErrorKind::kAccessDenied);
  REQUIRE(upload->Complete());
  CHECK(recordings.Create(session, "another").error().kind == ErrorKind::kAlreadyExists);
  CHECK(recordings.Create(session, "host"));
}

TEST_CASE_METHOD(RecordingsFixture, "a session that runs is of the host that records it") {
  const auto upload = recordings.Create(session, "host");  // no part has arrived yet
  REQUIRE(upload);
  CHECK(recordings.Create(session, "another").error().kind == ErrorKind::kAlreadyExists);
  CHECK(recordings.Resume(session, (*upload)->id(), "another").error().kind == ErrorKind::kAccessDenied);
  CHECK(recordings.Create(session, "host"));
  CHECK(recordings.Create(RandomUuid(), "another"));
}

TEST_CASE_METHOD(RecordingsFixture, "a shorter recording does not take the place of a longer one") {
  const auto whole = Begin();
  REQUIRE(whole->Append(Print(2)));
  REQUIRE(whole->Complete());
  REQUIRE(Begin()->Complete());
  CHECK(EventsOf(recordings, session) == 3);
}

TEST_CASE_METHOD(RecordingsFixture, "an abandoned recording becomes readable, one in progress does not") {
  auto upload = Begin();
  REQUIRE(upload->Flush());
  CHECK(recordings.CompleteAbandoned(std::chrono::seconds(0)).empty());
  upload.reset();
  CHECK(recordings.CompleteAbandoned(std::chrono::hours(1)).empty());
  CHECK(recordings.CompleteAbandoned(std::chrono::seconds(0)) == std::vector{session});
  CHECK(EventsOf(recordings, session) == 2);
}

TEST_CASE_METHOD(RecordingsFixture, "ids are UUIDs: they become names of files") {
  for (const char* id : {"", "../x", "0", "6fd27ca9-cd89-4e2c-9f2c-0d7b2ca1a83e/.."}) {
    CHECK(recordings.Create(id, "host").error().kind == ErrorKind::kBadParameter);
    CHECK(recordings.Open(id).error().kind == ErrorKind::kBadParameter);
    CHECK(recordings.Resume(session, id, "host").error().kind == ErrorKind::kBadParameter);
  }
}

TEST_CASE_METHOD(RecordingsFixture, "a recording without events is none") {
  const auto upload = recordings.Create(session, "host");
  REQUIRE(upload);
  CHECK((*upload)->Complete().error().kind == ErrorKind::kBadParameter);
  CHECK((*upload)->Append(events::OneOf()).error().kind == ErrorKind::kBadParameter);
}

}  // namespace
}  // namespace sallyport
