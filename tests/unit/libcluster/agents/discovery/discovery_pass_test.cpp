#include "libcluster/agents/discovery/discovery_pass.h"

#include <catch2/catch.hpp>

#include "libresources/kinds/metadata.h"
#include "sallyport/v1/discovery.pb.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

KubernetesClusterV3 Found(const std::string& name) {
  KubernetesClusterV3 cluster;
  cluster.mutable_metadata()->set_name(name);
  cluster.mutable_spec()->mutable_azure()->set_resourcename(name);
  cluster.mutable_spec()->mutable_azure()->set_resourcegroup("g");
  cluster.mutable_spec()->mutable_azure()->set_subscriptionid("s");
  return cluster;
}

// A cloud that answers what the test sets.
class SetSource : public CloudSource {
 public:
  FoundClusters Find(const DiscoveryMatcher&) override { return next; }
  bool Covers(const DiscoveryMatcher&, const KubernetesClusterV3&) const override { return covers; }
  Presence Look(const KubernetesClusterV3& cluster, FoundClusters& found) override {
    ++looks;
    if (presence == Presence::kUnknown) found.problems.push_back("no answer about " + NameOf(cluster));
    return presence;
  }

  FoundClusters next;
  bool covers = true;
  Presence presence = Presence::kGone;
  std::size_t looks = 0;
};

class HeldAuth : public DiscoveryAuth {
 public:
  Result<v1::SyncDiscoveryResponse> Sync(const v1::SyncDiscoveryRequest&) override {
    return v1::SyncDiscoveryResponse();
  }
  Result<std::vector<KubernetesClusterV3>> Clusters() override {
    if (away) return Fail(ErrorKind::kConnectionProblem, "away");
    std::vector<KubernetesClusterV3> all;
    for (const auto& [name, cluster] : held) all.push_back(cluster);
    return all;
  }
  Status Put(const KubernetesClusterV3& cluster) override {
    if (NameOf(cluster) == refused) return Fail(ErrorKind::kAlreadyExists, "taken");
    held[NameOf(cluster)] = cluster;
    ++writes;
    return {};
  }
  Status Remove(const std::string& name) override {
    held.erase(name);
    ++writes;
    return {};
  }

  std::map<std::string, KubernetesClusterV3> held;
  std::string refused;
  bool away = false;
  int writes = 0;
};

class OnePass {
 public:
  OnePass() {
    static const CloudRow row = AksRow();
    auto made = std::make_unique<SetSource>();
    source = made.get();
    sources_.made.push_back({&row, std::move(made)});
    matcher.wanted.cloud = "azure";
    matcher.wanted.types = {"aks"};
  }
  Result<PassResult> Run() {
    return RunDiscoveryPass({sources_, auth, stop, "group", {matcher}, configs, owns_uncovered});
  }

  SetSource* source = nullptr;
  HeldAuth auth;
  StopSignal stop;
  DiscoveryMatcher matcher;
  std::map<std::string, std::vector<std::string>> configs;
  bool owns_uncovered = true;

 private:
  CloudSources sources_;
};

}  // namespace

TEST_CASE("what is found is written with its group, once") {
  OnePass pass;
  pass.source->next.clusters = {Found("a")};
  REQUIRE(pass.Run()->outcome.whole);
  CHECK(LabelsOf(pass.auth.held.at("a")).at("teleport.internal/discovery-group-name") == "group");
  REQUIRE(pass.Run());
  CHECK(pass.auth.writes == 1);
}

TEST_CASE("what is not found is removed when the cloud says that it does not exist") {
  OnePass pass;
  pass.source->next.clusters = {Found("a")};
  REQUIRE(pass.Run());
  pass.source->next.clusters.clear();
  SECTION("gone") {
    REQUIRE(pass.Run()->outcome.whole);
    CHECK(pass.auth.held.empty());
  }
  SECTION("there though no list has it") {
    pass.source->presence = Presence::kThere;
    REQUIRE(pass.Run()->outcome.whole);
    CHECK(pass.auth.held.contains("a"));
  }
  SECTION("no answer") {
    pass.source->presence = Presence::kUnknown;
    const auto result = pass.Run();
    REQUIRE(result);
    CHECK_FALSE(result->outcome.whole);
    CHECK(result->outcome.problems == std::vector<std::string>{"no answer about a"});
    CHECK(pass.auth.held.contains("a"));
  }
  SECTION("a search that failed") {
    pass.source->next.problems = {"no rights"};
    pass.source->next.missing_rights = {"read at /s"};
    pass.source->next.pause = std::chrono::seconds(90);
    const auto result = pass.Run();
    REQUIRE(result);
    CHECK_FALSE(result->outcome.whole);
    CHECK(result->outcome.missing_rights == std::vector<std::string>{"read at /s"});
    CHECK(result->pause == std::chrono::seconds(90));
    CHECK(pass.auth.held.contains("a"));
    CHECK(pass.source->looks == 0);
  }
}

TEST_CASE("many missing clusters are asked for in several passes") {
  OnePass pass;
  for (std::size_t i = 0; i < kMaxConfirmed + 1; ++i)
    pass.auth.held[fmt::format("c{}", i)] = Found(fmt::format("c{}", i));
  REQUIRE(pass.Run());
  CHECK(pass.source->looks == kMaxConfirmed);
  CHECK(pass.auth.held.size() == 1);
}

TEST_CASE("one refused resource keeps no other out") {
  OnePass pass;
  pass.source->next.clusters = {Found("a"), Found("b")};
  pass.auth.refused = "a";
  const auto result = pass.Run();
  REQUIRE(result);
  CHECK(pass.auth.held.contains("b"));
  CHECK(result->outcome.notices == std::vector<std::string>{"kube_cluster \"a\": taken"});
}

TEST_CASE("a pass without the auth service fails") {
  OnePass pass;
  pass.auth.away = true;
  CHECK(pass.Run().error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("discovery_configs have an outcome each") {
  OnePass pass;
  pass.matcher.config = "one";
  pass.configs = {{"one", {}}, {"two", {"azure: vm"}}};
  pass.source->next.clusters = {Found("a")};
  const auto result = pass.Run();
  REQUIRE(result);
  CHECK(result->outcome.configs.at("one").found == 1);
  CHECK(result->outcome.configs.at("two").problems == std::vector<std::string>{"azure: vm is not implemented"});
  CHECK(LabelsOf(pass.auth.held.at("a")).at("teleport.internal/discovery-config-name") == "one");
  CHECK(result->outcome.whole);
}

TEST_CASE("the hash of matchers does not depend on their order") {
  DiscoveryMatcher a;
  a.wanted.cloud = "azure";
  a.wanted.subscriptions = {"1", "2"};
  DiscoveryMatcher b = a;
  b.wanted.tags = {{"env", {"prod", "dev"}}};
  DiscoveryMatcher same = b;
  same.wanted.tags = {{"env", {"dev", "prod"}}};
  same.wanted.line = 7;
  CHECK(HashOfMatchers({a, b}) == HashOfMatchers({same, a}));
  CHECK(HashOfMatchers({a}) != HashOfMatchers({b}));
  CHECK(HashOfMatchers({}) != HashOfMatchers({a}));
}

}  // namespace sallyport
