#include "libkube/watch_decoder.h"

#include <catch2/catch.hpp>

#include "libkube/resource.h"

namespace sallyport {
namespace {

using Type = KubeEvent::Type;

constexpr std::string_view kEvents = R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}})"
                                     "\n"
                                     R"({"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"2"}}})"
                                     "\r\n\n"
                                     R"({"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"3"}}})"
                                     "\n"
                                     R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"4"}}})"
                                     "\n";

std::vector<std::pair<Type, std::string>> DecodeAll(WatchDecoder& decoder) {
  std::vector<std::pair<Type, std::string>> events;
  while (true) {
    const auto event = decoder.Next().value();
    if (!event) return events;
    events.emplace_back(event->type, MetadataOf(event->object, "resourceVersion"));
  }
}

TEST_CASE("events are the same wherever their bytes are cut") {
  const std::vector<std::pair<Type, std::string>> expected{
      {Type::kAdded, "1"}, {Type::kModified, "2"}, {Type::kDeleted, "3"}, {Type::kBookmark, "4"}};
  for (std::size_t step = 1; step <= kEvents.size(); ++step) {
    WatchDecoder decoder("watch x", 1000);
    std::vector<std::pair<Type, std::string>> events;
    for (std::size_t at = 0; at < kEvents.size(); at += step) {
      decoder.Put(kEvents.substr(at, step));
      for (auto& event : DecodeAll(decoder)) events.push_back(std::move(event));
    }
    CAPTURE(step);
    CHECK(events == expected);
    CHECK_FALSE(decoder.HasRest());
  }
}

TEST_CASE("an incomplete event is a rest") {
  WatchDecoder decoder("watch x", 1000);
  decoder.Put(R"({"type":"ADDED",)");
  CHECK_FALSE(decoder.Next().value());
  CHECK(decoder.HasRest());
}

TEST_CASE("an event above the limit is refused, complete or not") {
  for (const char* end : {"", "\n"}) {
    WatchDecoder decoder("watch x", 100);
    decoder.Put(std::string(101, ' ') + end);
    CHECK(decoder.Next().error().kind == ErrorKind::kLimitExceeded);
  }
  WatchDecoder decoder("watch x", 100);
  decoder.Put(std::string(100, ' ') + "\n" + std::string(100, ' '));
  CHECK_FALSE(decoder.Next().value());
}

TEST_CASE("lines that are no events, and errors") {
  const auto read = [](const std::string& line) {
    WatchDecoder decoder("watch x", 1000);
    decoder.Put(line + "\n");
    return decoder.Next();
  };
  for (const char* bad : {"x", "[]", "{}", R"({"type":"ADDED"})", R"({"type":"ADDED","object":1})",
                          R"({"type":"NEW","object":{}})", R"({"object":{}})"}) {
    CAPTURE(bad);
    CHECK(read(bad).error().kind == ErrorKind::kConnectionProblem);
  }
  CHECK(read(R"({"type":"ERROR","object":{"kind":"Status","reason":"Expired","code":410,"message":"too old"}})")
            .value()
            ->type == Type::kGone);
  const Error denied =
      read(R"({"type":"ERROR","object":{"kind":"Status","reason":"Forbidden","code":403,"message":"no"}})").error();
  CHECK(denied.kind == ErrorKind::kAccessDenied);
  CHECK(denied.message == "cannot watch x: no (Forbidden)");
}

}  // namespace
}  // namespace sallyport
