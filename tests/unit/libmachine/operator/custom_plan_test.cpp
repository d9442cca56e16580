#include "libmachine/operator/custom_plan.h"

#include <catch2/catch.hpp>
#include <map>

#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

// The resources of a cluster, as YAML.
struct ClusterOfPlan {
  std::map<std::string, Resource> resources{};

  void Add(std::string_view text) {
    const auto read = DecodeResources(text, {.source = "cluster.yaml"});
    REQUIRE(read);
    for (const Resource& resource : *read) resources[NameOf(*resource.message)] = resource;
  }

  StoredFinder finder() const {
    return [this](const KindRow& kind, const std::string& name) -> Result<std::optional<Resource>> {
      const auto found = resources.find(name);
      if (found == resources.end() || found->second.kind != &kind) return std::nullopt;
      return found->second;
    };
  }

  CustomPlan Plan(std::string_view text) const {
    const auto objects = ParseYaml(text, "crs.yaml");
    REQUIRE(objects);
    auto plan = PlanCustomResources(*objects, finder());
    REQUIRE(plan);
    return *plan;
  }
};

constexpr std::string_view kPlannedRole = R"(
apiVersion: resources.teleport.dev/v1
kind: TeleportRoleV7
metadata: {name: reader}
spec: {allow: {logins: [reader]}}
)";

constexpr std::string_view kRoleOfCluster = R"(
kind: role
version: v7
metadata: {name: reader, labels: {teleport.dev/origin: kubernetes}}
spec: {allow: {logins: [reader]}}
)";

TEST_CASE("a plan creates what the cluster does not have") {
  const CustomPlan plan = ClusterOfPlan().Plan(kPlannedRole);
  CHECK(plan.differs);
  CHECK(CustomPlanText(plan.rows) == "+ role \"reader\"\n");
}

TEST_CASE("a plan is empty when the cluster has the resource") {
  ClusterOfPlan cluster;
  cluster.Add(kRoleOfCluster);
  const CustomPlan plan = cluster.Plan(kPlannedRole);
  CHECK_FALSE(plan.differs);
  CHECK(CustomPlanText(plan.rows) == "no differences\n");
}

TEST_CASE("a plan names each field that an update changes") {
  ClusterOfPlan cluster;
  cluster.Add(kRoleOfCluster);
  const CustomPlan plan = cluster.Plan(R"(
apiVersion: resources.teleport.dev/v1
kind: TeleportRoleV7
metadata: {name: reader, annotations: {description: all logs}}
spec: {allow: {logins: [root]}}
)");
  CHECK(CustomPlanText(plan.rows) ==
        "~ role \"reader\"\n"
        "    + metadata.description: \"all logs\"\n"
        "    - spec.allow.logins: \"reader\"\n"
        "    + spec.allow.logins: \"root\"\n");
}

TEST_CASE("a plan refuses what the operator would refuse") {
  ClusterOfPlan cluster;
  cluster.Add("kind: role\nversion: v7\nmetadata: {name: reader}\nspec: {allow: {logins: [reader]}}\n");
  CustomPlan plan = cluster.Plan(kPlannedRole);
  CHECK(plan.refuses);
  CHECK_FALSE(plan.differs);
  CHECK(
      CustomPlanText(plan.rows) ==
      "! role \"reader\": the cluster has a resource of this name without the label teleport.dev/origin: kubernetes\n");

  plan = ClusterOfPlan().Plan(
      "apiVersion: resources.teleport.dev/v1\nkind: TeleportRoleV7\nmetadata: {name: a}\nspec: {allow: {logns: "
      "[a]}}\n");
  CHECK(plan.refuses);
  CHECK(TextAt(plan.rows.as_list()[0], "reason").find("spec.allow.logns") != std::string::npos);
}

TEST_CASE("a plan deletes only what the operator made, unless it is kept") {
  const auto deleted = [](std::string_view annotations, std::string_view finalizers) {
    return fmt::format(
        "apiVersion: resources.teleport.dev/v1\nkind: TeleportRoleV7\nmetadata:\n  name: reader\n"
        "  deletionTimestamp: '2026-01-01T00:00:00Z'\n  annotations: {{{}}}\n  finalizers: [{}]\nspec: {{}}\n",
        annotations, finalizers);
  };
  ClusterOfPlan cluster;
  cluster.Add(kRoleOfCluster);
  CHECK(CustomPlanText(cluster.Plan(deleted("", "resources.teleport.dev/deletion")).rows) == "- role \"reader\"\n");
  CHECK_FALSE(cluster.Plan(deleted("", "")).differs);
  CHECK_FALSE(cluster.Plan(deleted("teleport.dev/keep: 'true'", "resources.teleport.dev/deletion")).differs);
  CHECK_FALSE(cluster.Plan(deleted("teleport.dev/ignore: 'true'", "resources.teleport.dev/deletion")).differs);
  CHECK_FALSE(ClusterOfPlan().Plan(deleted("", "resources.teleport.dev/deletion")).differs);
}

TEST_CASE("a plan has no secret: no name of a token, no client secret") {
  ClusterOfPlan cluster;
  cluster.Add(R"(
kind: github
version: v3
metadata: {name: gh, labels: {teleport.dev/origin: kubernetes}}
spec:
  client_id: id
  client_secret: old-s3cret
  redirect_url: https://a.test/v1/webapi/github/callback
  teams_to_roles: [{organization: o, team: t, roles: [access]}]
)");
  constexpr std::string_view kPlannedConnector = R"(
apiVersion: resources.teleport.dev/v3
kind: TeleportGithubConnector
metadata: {{name: gh}}
spec:
  client_id: id
  client_secret: {}
  redirect_url: https://a.test/v1/webapi/github/callback
  teams_to_roles: [{{organization: o, team: t, roles: [access]}}]
)";
  const CustomPlan changed = cluster.Plan(fmt::format(kPlannedConnector, "new-s3cret"));
  CHECK(CustomPlanText(changed.rows) ==
        "~ github \"gh\"\n    ~ spec.client_secret: \"(secret)\" -> \"(another secret)\"\n");
  CHECK_FALSE(cluster.Plan(fmt::format(kPlannedConnector, "secret://gh/client")).differs);
  CHECK_FALSE(cluster.Plan(fmt::format(kPlannedConnector, "old-s3cret")).differs);

  const CustomPlan token = cluster.Plan(R"(
apiVersion: resources.teleport.dev/v2
kind: TeleportProvisionToken
metadata: {name: s3cret-token}
spec: {roles: [Node], join_method: token}
)");
  CHECK(ToJson(token.rows).find("s3cret") == std::string::npos);
  CHECK(CustomPlanText(token.rows) == "+ token\n");
}

TEST_CASE("a plan takes the lists that kubectl writes, and refuses other objects") {
  const CustomPlan plan = ClusterOfPlan().Plan(R"(
apiVersion: v1
kind: List
items:
- {apiVersion: resources.teleport.dev/v1, kind: TeleportRoleV6, metadata: {name: a}, spec: {allow: {logins: [a]}}}
- {apiVersion: resources.teleport.dev/v2, kind: TeleportUser, metadata: {name: b}, spec: {roles: [a]}}
)");
  CHECK(CustomPlanText(plan.rows) == "+ role \"a\"\n+ user \"b\"\n");

  for (const auto* const text : {"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
                                 "apiVersion: resources.teleport.dev/v9\nkind: TeleportUser\nmetadata: {name: a}\n"}) {
    const auto objects = ParseYaml(text, "crs.yaml");
    REQUIRE(objects);
    const auto refused = PlanCustomResources(*objects, ClusterOfPlan().finder());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
