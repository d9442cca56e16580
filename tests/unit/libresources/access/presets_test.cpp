#include "libresources/access/presets.h"

#include "teleport/legacy/types/role.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

TEST_CASE("preset roles are those that the reference stored") {
  const auto recorded = ParseJson(ReadFixture("roles.json"));
  REQUIRE(recorded);
  CHECK(PresetRoles().size() == 8);
  for (const auto& preset : PresetRoles()) {
    Value theirs;
    for (const Value& role : recorded->as_list()) {
      if (role.Find("metadata")->Find("name")->as_string() == preset->metadata().name()) theirs = role;
    }
    INFO(preset->metadata().name());
    REQUIRE(theirs.is_map());
    theirs.Find("metadata")->Remove("revision");
    CHECK(ToJson(EncodeMessage(*preset), {.indent = 1}) == ToJson(theirs, {.indent = 1}));
  }
}

TEST_CASE("a stored preset role gets what it lacks, nothing else") {
  types::RoleV6 auditor;
  for (const auto& preset : PresetRoles()) {
    if (preset->metadata().name() == "auditor") auditor = *preset;
  }
  CHECK_FALSE(AddMissingPresetParts(auditor));
  auto& rules = *auditor.mutable_spec()->mutable_allow()->mutable_rules();
  const int before = rules.size();
  const std::string denied = rules[0].resources(0);
  rules.DeleteSubrange(0, 2);
  types::Rule& rule = *auditor.mutable_spec()->mutable_deny()->add_rules();
  rule.add_resources(denied);
  rule.add_verbs("*");
  CHECK(AddMissingPresetParts(auditor));
  CHECK(auditor.spec().allow().rules_size() == before - 1);
  CHECK_FALSE(AddMissingPresetParts(auditor));
  auditor.mutable_spec()->mutable_allow()->clear_rules();
  auditor.mutable_metadata()->clear_labels();
  CHECK_FALSE(AddMissingPresetParts(auditor));
}

TEST_CASE("labels that are unset on the wire are filled in, denied ones are not") {
  types::RoleV6 access;
  for (const auto& preset : PresetRoles()) {
    if (preset->metadata().name() == "access") access = *preset;
  }
  types::RoleConditions& allow = *access.mutable_spec()->mutable_allow();
  allow.mutable_nodelabels()->clear_values();
  allow.clear_applabels();
  (*access.mutable_spec()->mutable_deny()->mutable_applabels()->mutable_values())["a"].add_values("b");
  CHECK(AddMissingPresetParts(access));
  CHECK(allow.nodelabels().values().contains("*"));
  CHECK(allow.applabels().values().empty());
}

TEST_CASE("the implicit role gives rules only") {
  const auto role = ImplicitRole();
  CHECK(role->metadata().name() == kImplicitRoleName);
  CHECK(role->spec().allow().rules_size() > 20);
  CHECK(role->spec().allow().logins().empty());
  CHECK_FALSE(role->spec().allow().has_nodelabels());
}

}  // namespace
}  // namespace sallyport
