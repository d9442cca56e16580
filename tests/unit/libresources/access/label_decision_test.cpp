#include "libresources/access/label_decision.h"
#include "libresources/kinds.h"

#include <catch2/catch.hpp>

#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

// Returns the checker of a user with the roles of a YAML text.
AccessChecker UserWith(std::string_view yaml, TraitMap traits = {}) {
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  const auto resources = DecodeResources(yaml, {}).value();
  for (const auto& role : resources) {
    roles.push_back(std::make_shared<const types::RoleV6>(role.as<types::RoleV6>()));
  }
  return {"alice", std::move(traits), std::move(roles)};
}

constexpr std::string_view kRoles = R"(
kind: role
version: v7
metadata: {name: dev}
spec:
  allow: {logins: [root], node_labels: {env: [dev, test]}}
  deny: {node_labels: {tier: db}}
)";

TEST_CASE("the same answers for other labels are the same decision") {
  const AccessChecker access = UserWith(kRoles);
  const LabelDecision decision = LabelDecisionOf(access, "node", {{"env", "dev"}, {"uptime", "1"}});
  CHECK(CheckSameDecision(decision, {{"env", "dev"}, {"uptime", "2"}, {"more", "x"}}));
  CHECK(CheckSameDecision(decision, {{"env", "test"}}));
}

TEST_CASE("another answer of any rule is another decision") {
  const AccessChecker access = UserWith(kRoles);
  const LabelDecision decision = LabelDecisionOf(access, "node", {{"env", "dev"}});
  for (const Labels& labels : {Labels{}, Labels{{"env", "prod"}}, Labels{{"env", "dev"}, {"tier", "db"}}}) {
    const Status same = CheckSameDecision(decision, labels);
    REQUIRE_FALSE(same);
    CHECK(same.error().kind == ErrorKind::kAccessDenied);
  }
}

TEST_CASE("expressions ask the same of traits") {
  const AccessChecker access = UserWith(R"(
kind: role
version: v7
metadata: {name: expression}
spec:
  allow: {logins: [root], node_labels_expression: 'contains(user.spec.traits["envs"], labels["env"])'}
)",
                                        {{"envs", {"dev"}}});
  const LabelDecision decision = LabelDecisionOf(access, "node", {{"env", "dev"}});
  CHECK(decision.traits == TraitMap{{"envs", {"dev"}}});
  CHECK(CheckSameDecision(decision, {{"env", "dev"}}));
  CHECK_FALSE(CheckSameDecision(decision, {{"env", "prod"}}));
  CHECK(LabelDecisionOf(UserWith(kRoles, {{"secret", {"x"}}}), "node", {}).traits.empty());
}

TEST_CASE("a decision without a rule that allows is none, and neither is one that cannot be evaluated") {
  CHECK_FALSE(CheckSameDecision({}, {}));
  LabelDecision only_deny;
  only_deny.rules = {{RoleCondition::kDeny, {{{"a", {"b"}}}, ""}}};
  CHECK_FALSE(CheckSameDecision(only_deny, {}));
  LabelDecision wrong;
  wrong.rules = {{RoleCondition::kAllow, {{}, "not an expression ("}}};
  CHECK_FALSE(CheckSameDecision(wrong, {}));
}

TEST_CASE("labels that are given from outside are the proxy's to know, all others the node's") {
  const Labels own{{"env", "prod"}, {"dynamic/team", "forged"}};
  const Labels decided{{"env", "dev"}, {"dynamic/team", "red"}, {"extra", "x"}};
  CHECK(LabelsToCheck(own, decided) == Labels{{"env", "prod"}, {"dynamic/team", "red"}});
}

}  // namespace
}  // namespace sallyport
