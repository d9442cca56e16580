// Tests of the tables of tests/fixtures/decisions: the decisions, and the deciding field of a role.
#include <algorithm>

#include "libresources/access/access.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/role.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

// The user's name, which the tables write as ROW.
constexpr std::string_view kUser = "ROW";

std::string TextAt(const Value& map, std::string_view key, std::string_view otherwise = "") {
  const Value* const value = map.Find(key);
  return value == nullptr ? std::string(otherwise) : value->as_string();
}

bool FlagAt(const Value& map, std::string_view key) {
  const Value* const value = map.Find(key);
  return value != nullptr && value->as_bool();
}

Value ValueAt(const Value& map, std::string_view key) {
  const Value* const value = map.Find(key);
  return value == nullptr ? Value() : *value;
}

std::vector<Value> RowsOf(const std::string& name) {
  auto documents = ParseYaml(ReadFixture("../decisions/" + name), name);
  if (!documents) FAIL(documents.error().message);
  return documents->front().as_list();
}

AccessChecker CheckerOf(const Value& row) {
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  for (const Value& spec : row.Find("roles")->as_list()) {
    Value role = Value::EmptyMap();
    role.Set("kind", "role");
    role.Set("version", TextAt(row, "version", "v7"));
    role.Set("metadata", Value::EmptyMap()).Set("name", fmt::format("r{}", roles.size()));
    role.Set("spec", spec);
    auto resource = DecodeResource(role, {.source = "row"});
    if (!resource) FAIL(ToText(resource.error()));
    roles.push_back(std::make_shared<types::RoleV6>(resource->as<types::RoleV6>()));
  }
  const Value listed = ValueAt(row, "traits");
  TraitMap traits;
  for (const auto& [key, values] : listed.as_map()) {
    for (const Value& value : values.as_list()) traits[key].push_back(value.as_string());
  }
  return AccessChecker(std::string(kUser), std::move(traits), std::move(roles));
}

Labels LabelsAt(const Value& ask, std::string_view key) {
  Labels labels;
  for (const auto& [name, value] : ask.Find(key)->as_map()) labels[name] = value.as_string();
  return labels;
}

AccessState StateOf(const Value& row) {
  const Value state = ValueAt(row, "state");
  const std::string mfa = TextAt(state, "mfa");
  AccessState result;
  result.mfa_required = mfa == "always"     ? AccessState::Mfa::kAlways
                        : mfa == "per role" ? AccessState::Mfa::kPerRole
                                            : AccessState::Mfa::kNever;
  result.mfa_verified = FlagAt(state, "mfa_verified");
  result.check_device = FlagAt(state, "device_checked");
  result.device_verified = FlagAt(state, "device");
  result.is_bot = FlagAt(state, "bot");
  return result;
}

// The decision and the deciding field, as the tables write them.
struct DecisionAnswer {
  std::string want;
  std::string by;
};

DecisionAnswer AnswerOf(const Result<Decision>& decision) {
  if (!decision) return {"error", decision.error().message};
  if (decision->role == nullptr) return {std::string(NameOf(decision->outcome)), ""};
  return {std::string(NameOf(decision->outcome)), decision->RoleName() + " " + decision->Path()};
}

DecisionAnswer AnswerOfLabels(const Value& row, const AccessChecker& checker) {
  const Value& ask = *row.Find("ask");
  const std::string& kind = ask.as_map().front().first;
  std::vector<RoleMatcher> matchers;
  if (ask.Find("login") != nullptr) matchers.push_back(LoginMatcher(TextAt(ask, "login")));
  const Labels labels = LabelsAt(ask, kind);
  const auto decision = checker.AccessTo(kind).Decide(labels, StateOf(row), matchers);
  // The checker's other functions give the same decision.
  CHECK(checker.CheckResourceAccess(kind, labels, StateOf(row), matchers).has_value() ==
        (decision && decision->allowed()));
  if (kind == "node" && row.Find("state") == nullptr) {
    const auto logins = checker.AccessTo(kind).LoginsFor(labels);
    CHECK((std::ranges::find(logins, TextAt(ask, "login")) != logins.end()) == (decision && decision->allowed()));
  }
  return AnswerOf(decision);
}

DecisionAnswer AnswerOfRules(const Value& row, const AccessChecker& checker) {
  const Value& ask = *row.Find("ask");
  const std::string verb = TextAt(ask, "verb");
  const std::string kind = TextAt(ask, "kind");
  if (FlagAt(ask, "guess")) return AnswerOf(checker.DecideRule(kind, verb, nullptr));
  RuleContext context;
  context.resource = ValueAt(ask, "resource");
  context.session = ValueAt(ask, "session");
  context.ssh_session = ValueAt(ask, "ssh_session");
  context.session_tracker = ValueAt(ask, "session_tracker");
  context.host_cert = ValueAt(ask, "host_cert");
  context.ca_type = TextAt(ask, "ca_type");
  context.can_view = FlagAt(ask, "can_view");
  const auto decision = checker.DecideRule(kind, verb, &context);
  CHECK(checker.CheckRule(kind, verb, context).has_value() == (decision && decision->allowed()));
  CHECK(checker.RuleDenies(kind, verb, context) == (!decision || decision->outcome == Decision::Outcome::kDenied));
  return AnswerOf(decision);
}

KubeRequest RequestOf(const Value& ask) {
  return {.verb = TextAt(ask, "verb"),
          .api_group = TextAt(ask, "group"),
          .resource = TextAt(ask, "resource"),
          .kube_namespace = TextAt(ask, "namespace"),
          .name = TextAt(ask, "name"),
          .cluster_wide = FlagAt(ask, "cluster_wide")};
}

DecisionAnswer AnswerOfKubernetes(const Value& row, const AccessChecker& checker) {
  const Value& ask = *row.Find("ask");
  const KubeRequest request = RequestOf(ask);
  if (ask.Find("can") != nullptr) {
    return {checker.KubeAccessTo(LabelsAt(ask, "can")).MayDo(request) ? "yes" : "no", ""};
  }
  const KubeAccess access = checker.KubeAccessTo(LabelsAt(ask, "kube"));
  DecisionAnswer answer = AnswerOf(access.Explain(request));
  const KubeDecision decision = access.Decide(request);
  CHECK((decision == KubeDecision::kDeny) == (answer.want != "allowed"));
  if (decision == KubeDecision::kFilter) answer.want = "filtered";
  return answer;
}

std::string PrincipalsOf(const Value& row, const AccessChecker& checker) {
  const Value& ask = *row.Find("ask");
  const auto ttl = ParseDuration(TextAt(ask, "ttl", "1h"));
  const auto principals = checker.CheckKubeGroupsAndUsers(*ttl, LabelsAt(ask, "principals"));
  if (!principals) return "none";
  std::string text = "groups";
  for (const std::string& group : principals->groups) text += " " + group;
  text += " users";
  for (const std::string& user : principals->users) text += " " + user;
  return text;
}

void CheckTable(const std::string& name, DecisionAnswer (*answer_of)(const Value&, const AccessChecker&)) {
  for (const Value& row : RowsOf(name)) {
    INFO(name << ": " << TextAt(row, "covers"));
    const AccessChecker checker = CheckerOf(row);
    const DecisionAnswer answer = answer_of(row, checker);
    CHECK(answer.want == TextAt(row, "want"));
    CHECK(answer.by == TextAt(row, "by"));
  }
}

}  // namespace

TEST_CASE("decisions by labels") { CheckTable("labels.yaml", AnswerOfLabels); }

TEST_CASE("decisions by rules") { CheckTable("rules.yaml", AnswerOfRules); }

TEST_CASE("decisions inside of Kubernetes clusters") {
  CheckTable("kubernetes.yaml", [](const Value& row, const AccessChecker& checker) {
    if (row.Find("ask")->Find("principals") == nullptr) return AnswerOfKubernetes(row, checker);
    return DecisionAnswer{PrincipalsOf(row, checker), ""};
  });
}

}  // namespace sallyport
