#include "libresources/events/unstructured_event.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "libresources/codec/codec.h"
#include "teleport/auditlog/v1/auditlog.pb.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

using DynamicValue = google::protobuf::Value;

// Returns whether every value inside is set, also nulls and what is empty: Go's decoder refuses others.
bool AllSet(const DynamicValue& value) {
  if (value.kind_case() == DynamicValue::KIND_NOT_SET) return false;
  for (const auto& item : value.list_value().values()) {
    if (!AllSet(item)) return false;
  }
  for (const auto& [key, item] : value.struct_value().fields()) {
    if (!AllSet(item)) return false;
  }
  return true;
}

TEST_CASE("an event keeps every value in a Struct") {
  const auto event = ParseJson(R"({"event":"session.end","ei":8,"uid":"u","code":"T2004I","n":null,
      "time":"2030-01-02T03:04:05.006Z","empty":[],"none":{},"deep":[[],{"x":null,"y":[]}],"flag":false,"zero":0})")
                         .value();
  teleport::auditlog::v1::EventUnstructured message;
  REQUIRE(SetUnstructured(event, message));
  CHECK(message.type() == "session.end");
  CHECK(message.id() == "u");
  CHECK(message.index() == 8);
  CHECK(message.time().seconds() == 1893553445);
  CHECK(message.time().nanos() == 6'000'000);
  const auto& fields = message.unstructured().fields();
  CHECK(fields.at("n").kind_case() == DynamicValue::kNullValue);
  CHECK(fields.at("empty").kind_case() == DynamicValue::kListValue);
  CHECK(fields.at("none").kind_case() == DynamicValue::kStructValue);
  for (const auto& [key, value] : fields) CHECK(AllSet(value));
  CHECK(fields.size() == event.as_map().size());
}

TEST_CASE("an event without uid has the digest of its JSON as id") {
  teleport::auditlog::v1::EventUnstructured message;
  REQUIRE(SetUnstructured(ParseJson(R"({"event":"print","ei":2})").value(), message));
  CHECK(message.id().size() == 64);
  CHECK_FALSE(SetUnstructured(ParseJson(R"({"time":"yesterday"})").value(), message));
}

TEST_CASE("output of a terminal has its bytes") {
  events::OneOf event;
  event.mutable_sessionprint()->set_data("a\n");
  CHECK(RecordedEventToValue(event).Find("data")->as_string() == "YQo=");
}

TEST_CASE("an event without a message of its own is unknown and whole") {
  const auto known = AnyEventFromValue(ParseJson(R"({"event":"session.leave","ei":3,"sid":"s"})").value()).value();
  CHECK(known.sessionleave().session().sessionid() == "s");

  const auto json = ParseJson(R"({"event":"role.created","code":"T9000I","ei":0,"uid":"u","data":[1],"name":"r"})");
  const auto unknown = AnyEventFromValue(*json).value();
  CHECK(unknown.unknown().metadata().type() == "unknown");
  CHECK(unknown.unknown().metadata().code() == "TCC00E");
  CHECK(unknown.unknown().metadata().id() == "u");
  CHECK(unknown.unknown().unknowntype() == "role.created");
  CHECK(unknown.unknown().unknowncode() == "T9000I");
  CHECK(ParseJson(unknown.unknown().data()).value() == *json);
}

}  // namespace
}  // namespace sallyport
