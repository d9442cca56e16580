#include "libmachine/operator/custom_conditions.h"

#include <catch2/catch.hpp>

#include "libbase/value_fields.h"

namespace sallyport {
namespace {

Time At(std::string_view text) { return ParseTime(text).value(); }

const Value& Only(const Value& status) {
  const auto& conditions = status.Find("conditions")->as_list();
  REQUIRE(conditions.size() == 1);
  return conditions.front();
}

TEST_CASE("a condition has the fields that the API demands, in whole seconds") {
  Value status;
  SetCondition(status, Reconciled(), 3, At("2026-11-29T09:11:28.75Z"));
  const Value& condition = Only(status);
  CHECK(TextAt(condition, "type") == kReconciled);
  CHECK(TextAt(condition, "status") == "True");
  CHECK(TextAt(condition, "reason") == "NoError");
  CHECK(TextAt(condition, "lastTransitionTime") == "2026-11-29T09:11:28Z");
  CHECK(condition.Find("observedGeneration")->as_int() == 3);
  CHECK(HasCondition(status, kReconciled));
  CHECK_FALSE(HasCondition(status, kOwned));
}

TEST_CASE("the time of transition changes with the status alone") {
  Value status;
  SetCondition(status, RefusedByCluster("one"), 1, At("2026-11-29T09:00:00Z"));
  SetCondition(status, RefusedByCluster("two"), 2, At("2026-11-29T10:00:00Z"));
  CHECK(TextAt(Only(status), "lastTransitionTime") == "2026-11-29T09:00:00Z");
  CHECK(TextAt(Only(status), "message") == "Teleport returned the error: two");
  CHECK(Only(status).Find("observedGeneration")->as_int() == 2);

  SetCondition(status, Reconciled(), 2, At("2026-11-29T11:00:00Z"));
  CHECK(TextAt(Only(status), "lastTransitionTime") == "2026-11-29T11:00:00Z");
}

TEST_CASE("conditions of others, and the order of all, stay") {
  Value other = Value::EmptyMap();
  other.Set("type", "Other");
  Value conditions = Value::EmptyList();
  conditions.Append(other);
  Value status = Value::EmptyMap();
  status.Set("conditions", conditions);
  SetCondition(status, Decoded(), 1, At("2026-11-29T09:00:00Z"));
  SetCondition(status, Reconciled(), 1, At("2026-11-29T09:00:00Z"));
  SetCondition(status, NotDecoded("no"), 1, At("2026-11-29T09:00:00Z"));

  const auto& found = status.Find("conditions")->as_list();
  REQUIRE(found.size() == 3);
  CHECK(found[0] == other);
  CHECK(TextAt(found[1], "type") == kValidStructure);
  CHECK(TextAt(found[1], "status") == "False");
  CHECK(TextAt(found[2], "type") == kReconciled);
}

TEST_CASE("a long message is cut between characters") {
  std::string text(4095 - RefusedByCluster("").message.size(), 'a');
  Value status;
  SetCondition(status, RefusedByCluster(text + "\u00e9b"), 1, At("2026-11-29T09:00:00Z"));
  const std::string message = TextAt(Only(status), "message");
  CHECK(message.size() == 4095);
  CHECK(message.ends_with('a'));
}

}  // namespace
}  // namespace sallyport
