#include "libresources/events/session_recording.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "libbase/file.h"
#include "libbase/json.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/types/events/events.pb.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

events::OneOf Print(std::int64_t index, const std::string& text) {
  events::OneOf event;
  event.mutable_sessionprint()->mutable_metadata()->set_type("print");
  event.mutable_sessionprint()->mutable_metadata()->set_index(index);
  event.mutable_sessionprint()->set_data(text);
  return event;
}

std::string PartOf(const std::vector<events::OneOf>& events) {
  RecordingPart part;
  for (const auto& event : events) REQUIRE(part.Add(event.SerializeAsString()));
  return part.Finish();
}

// Returns a reader that gets a few bytes at a time.
RecordingReader ReaderOf(const std::string& bytes) {
  auto left = std::make_shared<std::string>(bytes);
  return RecordingReader([left](std::size_t size) -> Result<std::string> {
    const std::string some = left->substr(0, std::min<std::size_t>(size, 7));
    left->erase(0, some.size());
    return some;
  });
}

std::string TextOf(const std::string& recording) {
  RecordingReader reader = ReaderOf(recording);
  std::string text;
  while (true) {
    const auto event = reader.Next();
    REQUIRE(event);
    if (!*event) return text;
    text += (*event)->sessionprint().data();
  }
}

ErrorKind ErrorOf(const std::string& recording) {
  RecordingReader reader = ReaderOf(recording);
  while (true) {
    const auto event = reader.Next();
    if (!event) return event.error().kind;
    REQUIRE(*event);  // a cut recording must not end without an error
  }
}

TEST_CASE("A recording is read as it was written, over several parts") {
  const std::string large(60'000, 'x');
  CHECK(TextOf(PartOf({Print(0, "a"), Print(1, large)}) + PartOf({Print(2, "b")})) == "a" + large + "b");
  CHECK(TextOf("").empty());
}

TEST_CASE("What was sent twice is given once") {
  CHECK(TextOf(PartOf({Print(0, "a"), Print(1, "b")}) + PartOf({Print(1, "b"), Print(2, "c")})) == "abc");
}

TEST_CASE("Zeros after a part are skipped, in both versions of the header") {
  std::string part = PartOf({Print(0, "a")});
  part[22] = 1;  // 256 of them
  const std::string padded = part + std::string(256, '\0');
  CHECK(TextOf(padded + PartOf({Print(1, "b")})) == "ab");
  std::string second = PartOf({Print(1, "b")});
  second[7] = 2;
  second.insert(24, std::string(8, '\0'));
  CHECK(TextOf(padded + second) == "ab");
}

TEST_CASE("What is no recording, is cut off or encrypted, is an error") {
  const std::string part = PartOf({Print(0, "some text"), Print(1, "more text")});
  CHECK(ErrorOf("this is a text and not a recording") == ErrorKind::kBadParameter);
  for (const std::size_t size : {5UL, 30UL, part.size() - 1})
    CHECK(ErrorOf(part.substr(0, size)) == ErrorKind::kBadParameter);
  std::string damaged = part;
  damaged[40] = static_cast<char>(damaged[40] ^ 0x55);
  CHECK(ErrorOf(damaged) == ErrorKind::kBadParameter);
  std::string encrypted = part;
  encrypted[7] = 2;
  encrypted.insert(24, std::string("\1\0\0\0\0\0\0\0", 8));
  CHECK(ErrorOf(encrypted) == ErrorKind::kNotImplemented);
}

TEST_CASE("An event that is too large is refused") {
  RecordingPart part;
  CHECK(part.Add(std::string(kMaxRecordedEventBytes + 1, 'x')).error().kind == ErrorKind::kLimitExceeded);
  CHECK(part.empty());
}

TEST_CASE("The whole parts of a file are told from what was cut off") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.path() + "/recording";
  const std::string one = PartOf({Print(0, "a")});
  const std::string two = PartOf({Print(1, "b")});
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, two.size() / 2, two.size()}) {
    REQUIRE(WriteFile(path, one + two.substr(0, two.size() - cut), 0600));
    CHECK(WholePartsBytes(path) == (cut == 0 ? one.size() + two.size() : one.size()));
  }
}

TEST_CASE("Events are the same as JSON and as messages") {
  const std::string json =
      R"({"ei":3,"event":"session.end","uid":"u","code":"T2004I","time":"2030-01-02T03:04:05.006Z",)"
      R"("cluster_name":"c","user":"alice","login":"root","user_kind":1,"sid":"s","addr.remote":"192.0.2.1:1",)"
      R"("proto":"ssh","namespace":"default","server_id":"h","server_hostname":"node","server_labels":{"a":"b"},)"
      R"("enhanced_recording":false,"interactive":true,"participants":["alice"],)"
      R"("session_start":"2030-01-02T03:04:00Z","session_stop":"2030-01-02T03:04:05Z","session_recording":"node"})";
  const auto value = ParseJson(json);
  REQUIRE(value);
  const auto event = EventFromValue(*value);
  REQUIRE(event);
  CHECK(event->sessionend().participants(0) == "alice");
  CHECK(MetadataOf(*event)->index() == 3);
  CHECK(ToJson(EventToValue(*event)) == json);
  CHECK(EventFromValue(Value(Value::Map{{"event", "role.created"}})).error().kind == ErrorKind::kNotImplemented);
}

}  // namespace
}  // namespace sallyport
