#include "libcluster/agents/discovery/reconcile.h"

#include <catch2/catch.hpp>

#include "libcluster/agents/discovery/cloud_source.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

KubernetesClusterV3 Cluster(const std::string& name, const std::string& of_cloud, const std::string& env = "prod") {
  KubernetesClusterV3 cluster;
  cluster.mutable_metadata()->set_name(name);
  SetLabel(cluster, "env", env);
  cluster.mutable_spec()->mutable_azure()->set_resourcename(of_cloud);
  cluster.mutable_spec()->mutable_azure()->set_resourcegroup("RG");
  cluster.mutable_spec()->mutable_azure()->set_subscriptionid("s");
  return cluster;
}

DiscoveryPlan Plan(const std::vector<KubernetesClusterV3>& stored, const DiscoveryPass& pass, bool covers = true,
                   bool owns_uncovered = true) {
  return PlanDiscovery(stored, pass, [=](const KubernetesClusterV3&) { return covers; }, owns_uncovered);
}

std::vector<std::string> NamesOf(const std::vector<KubernetesClusterV3>& clusters) {
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.push_back(NameOf(cluster));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("new and different clusters are written, equal ones are not") {
  auto stored = Cluster("b", "b");
  SetRevision(stored, "r1");
  const auto plan =
      Plan({stored, Cluster("c", "c", "dev")}, {{Cluster("a", "a"), Cluster("b", "b"), Cluster("c", "c")}, {}, true});
  CHECK(NamesOf(plan.put) == Names{"a", "c"});
  CHECK(plan.remove.empty());
  CHECK(plan.confirm.empty());
}

TEST_CASE("a cluster goes after a whole pass alone") {
  const std::vector<KubernetesClusterV3> stored{Cluster("a", "a"), Cluster("b", "b")};
  SECTION("not after half a pass") {
    const auto plan = Plan(stored, {{Cluster("a", "a", "dev")}, {"azure/s/rg/b"}, false});
    CHECK(NamesOf(plan.put) == Names{"a"});
    CHECK(plan.remove.empty());
    CHECK(plan.confirm.empty());
  }
  SECTION("nor at once when nothing says that it is gone") {
    const auto plan = Plan(stored, {{}, {}, true});
    CHECK(plan.remove.empty());
    CHECK(NamesOf(plan.confirm) == Names{"a", "b"});
  }
  SECTION("but when the pass saw it with other tags") {
    const auto plan = Plan(stored, {{Cluster("a", "a")}, {"azure/s/rg/b"}, true});
    CHECK(plan.remove == Names{"b"});
    CHECK(plan.confirm.empty());
  }
  SECTION("or under another name") {
    const auto plan = Plan(stored, {{Cluster("a", "a"), Cluster("new", "B")}, {}, true});
    CHECK(NamesOf(plan.put) == Names{"new"});
    CHECK(plan.remove == Names{"b"});
  }
}

TEST_CASE("a cluster that no matcher covers goes, unless another service has other matchers") {
  const std::vector<KubernetesClusterV3> stored{Cluster("a", "a")};
  CHECK(Plan(stored, {{}, {}, true}, false, true).remove == Names{"a"});
  const auto plan = Plan(stored, {{}, {}, true}, false, false);
  CHECK(plan.remove.empty());
  CHECK(plan.confirm.empty());
}

TEST_CASE("of two clusters with one name, the one that has it keeps it") {
  const auto first = Cluster("name", "a");
  const auto second = Cluster("name", "b");
  SECTION("by what is stored") {
    const auto plan = Plan({second}, {{first, second}, {}, true});
    CHECK(plan.put.empty());
    CHECK(plan.name_conflicts == Names{"azure/s/rg/a is left out: azure/s/rg/b has the name \"name\" too"});
    CHECK(plan.remove.empty());
  }
  SECTION("or the first one by its key, whatever the order of the list is") {
    CHECK(Plan({}, {{second, first}, {}, true}).put.front().spec().azure().resourcename() == "a");
    CHECK(Plan({}, {{second, first}, {}, true}).put.size() == 1);
  }
}

TEST_CASE("a cluster that two matchers find is one") {
  const auto plan = Plan({}, {{Cluster("a", "a", "first"), Cluster("a", "A", "second")}, {}, true});
  REQUIRE(plan.put.size() == 1);
  CHECK(LabelsOf(plan.put.front()).at("env") == "first");
  CHECK(plan.name_conflicts.empty());
}

TEST_CASE("clouds of every kind have keys of their own") {
  KubernetesClusterV3 aws;
  aws.mutable_spec()->mutable_aws()->set_name("N");
  aws.mutable_spec()->mutable_aws()->set_accountid("1");
  aws.mutable_spec()->mutable_aws()->set_region("r");
  CHECK(CloudKeyOf(aws) == "aws/1/r/n");
  KubernetesClusterV3 gcp;
  gcp.mutable_spec()->mutable_gcp()->set_name("N");
  gcp.mutable_spec()->mutable_gcp()->set_projectid("p");
  gcp.mutable_spec()->mutable_gcp()->set_location("l");
  CHECK(CloudKeyOf(gcp) == "gcp/p/l/n");
}

}  // namespace sallyport
