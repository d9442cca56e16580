// Tests of the roles that a user may request, and of the parts of a request that come from the user's roles.
#include "libresources/access/request_rules.h"
#include "libresources/kinds.h"

#include <catch2/catch.hpp>

#include "libresources/kinds/access_request.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using Names = std::vector<std::string>;
using RoleList = std::vector<std::shared_ptr<const types::RoleV6>>;
using std::chrono::hours;

RoleList RolesOf(std::string_view yaml) {
  RoleList roles;
  const auto resources = DecodeResources(yaml, {}).value();
  for (const auto& resource : resources) {
    roles.push_back(std::make_shared<const types::RoleV6>(resource.as<types::RoleV6>()));
  }
  return roles;
}

std::string RoleYaml(std::string_view name, std::string_view spec) {
  return fmt::format("---\nkind: role\nversion: v8\nmetadata: {{name: {}}}\nspec: {}\n", name, spec);
}

// Returns the rules of a user whose roles have these specs.
RequestRules RulesOf(const std::vector<std::string>& specs, TraitMap traits = {}) {
  std::string yaml;
  for (const auto& spec : specs) yaml += RoleYaml(fmt::format("own{}", &spec - specs.data()), spec);
  return RequestRules::Make("alice", std::move(traits), RolesOf(yaml)).value();
}

// Returns all roles of the cluster.
const RoleList& Cluster() {
  static const RoleList roles = RolesOf(
      RoleYaml("own0", "{}") + RoleYaml("dev", "{allow: {kubernetes_labels: {env: dev}}}") +
      RoleYaml("dev-admin", "{options: {max_session_ttl: 2h}, allow: {kubernetes_labels: {env: [dev, prod]}}}") +
      RoleYaml("prod", "{allow: {kubernetes_labels: {env: prod}}}"));
  return roles;
}

types::AccessRequestV3 RequestFor(const Names& roles, const Names& resources = {}) {
  types::AccessRequestV3 request;
  request.mutable_metadata()->set_name("01234567-89ab-cdef-0123-456789abcdef");
  request.mutable_spec()->set_user("alice");
  for (const auto& role : roles) request.mutable_spec()->add_roles(role);
  for (const auto& id : resources) {
    *request.mutable_spec()->add_requestedresourceids() = ParseResourceId(id).value();
  }
  return request;
}

const Time kNow = ParseTime("2026-01-02T03:04:05Z").value();

Status Complete(const RequestRules& rules, types::AccessRequestV3& request,
                std::vector<RequestedResource> resources = {}) {
  return rules.Complete({kNow, {}, Cluster(), std::move(resources)}, request);
}

Nanoseconds After(const google::protobuf::Timestamp& stamp) { return ToTime(stamp).value() - kNow; }

}  // namespace

TEST_CASE("roles that may be asked for are names, globs and regular expressions; deny wins") {
  const auto rules =
      RulesOf({"{allow: {request: {roles: [dev, 'dev-*', '^pro.$', '{{regexp.match(\"^qa[0-9]$\")}}']}}}",
               "{deny: {request: {roles: ['*-admin']}}}"});
  for (const auto* name : {"dev", "dev-x", "prod", "qa1"}) CHECK(rules.MayRequest(name));
  for (const auto* name : {"dev-admin", "product", "xdev", "qa10", "own0", ""}) CHECK_FALSE(rules.MayRequest(name));
  CHECK(rules.RequestableOf(Cluster()) == Names{"dev", "prod"});
}

TEST_CASE("nobody may ask for anything by default") {
  const auto rules = RulesOf({"{}"});
  CHECK_FALSE(rules.MayRequest("dev"));
  CHECK_FALSE(rules.MayRequestForResources("dev"));
  auto request = RequestFor({"*"});
  CHECK(Complete(rules, request).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("claims_to_roles turns traits into roles, which are names and no patterns") {
  const std::string spec =
      "{allow: {request: {claims_to_roles: [{claim: teams, value: 'team-*', roles: ['$1-x', fixed*]}]}}}";
  const auto rules = RulesOf({spec}, {{"teams", {"team-a", "other", "team-*"}}});
  for (const auto* name : {"a-x", "*-x", "fixed", "fixed1"}) CHECK(rules.MayRequest(name));
  for (const auto* name : {"other-x", "b-x", "$1-x"}) CHECK_FALSE(rules.MayRequest(name));
  CHECK_FALSE(RulesOf({spec}, {{"groups", {"team-a"}}}).MayRequest("a-x"));
}

TEST_CASE("a request for * becomes one for every role that may be asked for") {
  const auto rules = RulesOf({"{allow: {request: {roles: ['*']}}}"});
  auto request = RequestFor({"*"});
  REQUIRE(Complete(rules, request));
  CHECK(Names(request.spec().roles().begin(), request.spec().roles().end()) == Names{"dev", "dev-admin", "prod"});
}

TEST_CASE("each role of a request must be one that may be asked for, and exist") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev, gone]}}}"});
  auto request = RequestFor({"dev", "prod"});
  CHECK(Complete(rules, request).error().message == "user \"alice\" can not request role \"prod\"");
  request = RequestFor({"gone"});
  CHECK(Complete(rules, request).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("resources get those of search_as_roles that reach them") {
  const auto rules = RulesOf({"{allow: {request: {search_as_roles: [dev, dev-admin, prod]}}}"});
  CHECK_FALSE(rules.MayRequest("dev"));
  auto request = RequestFor({}, {"/ex.com/kube_cluster/one", "/ex.com/kube_cluster/one"});
  REQUIRE(Complete(rules, request, {{"kube_cluster", {{"env", "dev"}}}}));
  CHECK(Names(request.spec().roles().begin(), request.spec().roles().end()) == Names{"dev", "dev-admin"});
  CHECK(request.spec().requestedresourceids_size() == 1);
  request = RequestFor({}, {"/ex.com/kube_cluster/one"});
  CHECK(Complete(rules, request, {{"kube_cluster", {{"env", "lab"}}}}).error().kind == ErrorKind::kBadParameter);
  const auto denied = RulesOf(
      {"{allow: {request: {search_as_roles: [dev, prod]}}, deny: {request: {search_as_roles: [dev], roles: [prod]}}}"});
  CHECK(denied.SearchAsRoles().empty());
  request = RequestFor({}, {"/ex.com/kube_cluster/one"});
  CHECK(Complete(denied, request, {{"kube_cluster", {{"env", "dev"}}}}).error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("kubernetes_resources says whether whole clusters may be asked for") {
  const Labels dev{{"env", "dev"}};
  const auto reaches = [&](const std::vector<std::string>& specs) {
    return RulesOf(specs).RolesFor(std::vector<RequestedResource>{{"kube_cluster", dev}}, Cluster()).has_value();
  };
  const std::string pods = "{allow: {request: {search_as_roles: [dev], kubernetes_resources: [{kind: pods}]}}}";
  const std::string all =
      "{allow: {request: {search_as_roles: [dev], kubernetes_resources: [{kind: kube_cluster, api_group: '*'}]}}}";
  CHECK_FALSE(reaches({pods}));
  CHECK(reaches({all}));
  CHECK(reaches({pods, all}));
  CHECK_FALSE(reaches({all, "{deny: {request: {kubernetes_resources: [{kind: secrets}]}}}"}));
}

TEST_CASE("a reason is needed where a role says so, and blanks are none") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev], reason: {mode: required}}}}",
                              "{allow: {request: {roles: [prod]}}, options: {request_prompt: ' ticket? '}}"});
  auto request = RequestFor({"dev"});
  request.mutable_spec()->set_requestreason(" \t");
  CHECK(Complete(rules, request).error().kind == ErrorKind::kBadParameter);
  request.mutable_spec()->set_requestreason("because");
  CHECK(Complete(rules, request));
  request = RequestFor({"prod"});
  CHECK(Complete(rules, request));
  CHECK(rules.prompts() == Names{"ticket?"});
  CHECK_FALSE(rules.asks_at_login());
  const auto always = RulesOf({"{options: {request_access: reason}, allow: {request: {roles: [prod]}}}"});
  CHECK(always.asks_at_login());
  CHECK(Complete(always, request = RequestFor({"prod"})).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("a rehearsal says whether a reason is needed instead of refusing") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev], reason: {mode: required}}}}"});
  auto request = RequestFor({"dev"});
  request.mutable_spec()->set_dryrun(true);
  REQUIRE(Complete(rules, request));
  CHECK(request.spec().dryrunenrichment().reasonmode() == "required");
}

TEST_CASE("thresholds come from every role that allows the request, each once") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev], thresholds: [{name: two, approve: 2, deny: 1}]}}}",
                              "{allow: {request: {roles: [dev, prod]}}}", "{allow: {request: {roles: [prod]}}}"});
  auto request = RequestFor({"dev", "prod"});
  REQUIRE(Complete(rules, request));
  REQUIRE(request.spec().thresholds_size() == 2);
  CHECK(request.spec().thresholds(0).name() == "two");
  CHECK(request.spec().thresholds(1).approve() == 1);
  CHECK(request.spec().rolethresholdmapping().at("dev").sets_size() == 2);
  CHECK(request.spec().rolethresholdmapping().at("prod").sets_size() == 2);
  CHECK(request.spec().rolethresholdmapping().at("prod").sets(0).indexes(0) == 1);
}

TEST_CASE("annotations come with traits applied, reviewers when none are named") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev], annotations: {team: ['{{external.team}}', x]}, "
                              "suggested_reviewers: [bob, eve]}}}",
                              "{allow: {request: {roles: [prod], annotations: {team: [z]}}}}",
                              "{deny: {request: {annotations: {team: [x]}}}}"},
                             {{"team", {"red", "blue"}}});
  auto request = RequestFor({"dev"});
  REQUIRE(Complete(rules, request));
  const auto& values = request.spec().systemannotations().values().at("team").values();
  CHECK(Names(values.begin(), values.end()) == Names{"blue", "red"});
  CHECK(request.spec().suggestedreviewers_size() == 2);
  request = RequestFor({"dev"});
  request.mutable_spec()->add_suggestedreviewers("kim");
  REQUIRE(Complete(rules, request));
  CHECK(request.spec().suggestedreviewers_size() == 1);
}

TEST_CASE("access lasts a session: that of the roles, of the certificate, of 30 hours") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev, dev-admin]}}}"});
  auto request = RequestFor({"dev"});
  REQUIRE(Complete(rules, request));
  CHECK(After(request.spec().expires()) == hours(30));
  CHECK(After(request.spec().sessionttl()) == hours(30));
  CHECK(After(request.spec().resourceexpiry()) == hours(30));
  request = RequestFor({"dev", "dev-admin"});
  REQUIRE(Complete(rules, request));
  CHECK(After(request.spec().expires()) == hours(2));
  request = RequestFor({"dev"});
  REQUIRE(rules.Complete({kNow, kNow + hours(5), Cluster(), {}}, request));
  CHECK(After(request.spec().expires()) == hours(5));
}

TEST_CASE("roles may allow longer access; a request may ask for less, never for more than 14 days") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev, dev-admin], max_duration: 10d}}}"});
  auto request = RequestFor({"dev"});
  REQUIRE(Complete(rules, request));
  CHECK(After(request.spec().expires()) == hours(240));
  CHECK(After(request.spec().maxduration()) == hours(240));
  CHECK(After(request.spec().sessionttl()) == hours(30));
  CHECK(After(request.spec().resourceexpiry()) == hours(7 * 24));
  request = RequestFor({"dev-admin"});
  *request.mutable_spec()->mutable_maxduration() = ToStamp(kNow + hours(48));
  REQUIRE(Complete(rules, request));
  CHECK(After(request.spec().expires()) == hours(48));
  CHECK(After(request.spec().sessionttl()) == hours(2));
  request = RequestFor({"dev"});
  *request.mutable_spec()->mutable_maxduration() = ToStamp(kNow + hours(14 * 24 + 1));
  CHECK(Complete(rules, request).error().kind == ErrorKind::kBadParameter);
  *request.mutable_spec()->mutable_maxduration() = ToStamp(kNow - hours(1));
  CHECK(Complete(rules, request).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("where roles allow no longer access, the request cannot make it so") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev]}}}"});
  auto request = RequestFor({"dev"});
  *request.mutable_spec()->mutable_maxduration() = ToStamp(kNow + hours(200));
  REQUIRE(Complete(rules, request));
  CHECK(After(request.spec().expires()) == hours(30));
}

TEST_CASE("sessions, waiting and starts have their bounds") {
  const auto rules = RulesOf({"{allow: {request: {roles: [dev, dev-admin], max_duration: 10d}}}"});
  const auto refused = [&](auto set) {
    auto request = RequestFor({"dev-admin"});
    set(*request.mutable_spec());
    const Status done = Complete(rules, request);
    return !done && done.error().kind == ErrorKind::kBadParameter;
  };
  using Spec = types::AccessRequestSpecV3;
  CHECK_FALSE(refused([](Spec& spec) { *spec.mutable_expires() = ToStamp(kNow + hours(1)); }));
  CHECK(refused([](Spec& spec) { *spec.mutable_expires() = ToStamp(kNow + hours(3)); }));
  CHECK_FALSE(refused([](Spec& spec) { *spec.mutable_resourceexpiry() = ToStamp(kNow + hours(24)); }));
  CHECK(refused([](Spec& spec) { *spec.mutable_resourceexpiry() = ToStamp(kNow + hours(24 * 8)); }));
  CHECK(refused([](Spec& spec) { *spec.mutable_resourceexpiry() = ToStamp(kNow - hours(1)); }));
  CHECK_FALSE(refused([](Spec& spec) { *spec.mutable_assumestarttime() = ToStamp(kNow + hours(24)); }));
  CHECK(refused([](Spec& spec) { *spec.mutable_assumestarttime() = ToStamp(kNow - hours(1)); }));
  CHECK(refused([](Spec& spec) { *spec.mutable_assumestarttime() = ToStamp(kNow + hours(24 * 8)); }));
  CHECK(refused([](Spec& spec) { *spec.mutable_assumestarttime() = ToStamp(kNow + hours(24 * 11)); }));
}

TEST_CASE("lists of roles that say nothing are refused") {
  for (const auto* roles : {"['{{external.x}}']", "['{{']", "['^(($']"}) {
    const auto spec = fmt::format("{{allow: {{request: {{roles: {}}}}}}}", roles);
    const auto made = RequestRules::Make("alice", {}, RolesOf(RoleYaml("own", spec)));
    CHECK(made.error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace sallyport
