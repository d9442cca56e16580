// Tests of the rights of a discovery service's certificate: calls that it permits, and calls that it does not.
#include "libcluster/auth/discovery/discovery_methods.h"

#include <google/protobuf/empty.pb.h>

#include <catch2/catch.hpp>

#include "libcluster/auth/discovery/discovery_binding.h"
#include "libcluster/auth/trust/hosts.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

const std::string kHostA = "11111111-0000-4000-8000-000000000001";
const std::string kHostB = "11111111-0000-4000-8000-000000000002";

Caller ServiceCaller(const std::string& host, const std::string& role = "Discovery") {
  Caller caller;
  caller.kind = Caller::Kind::kSystem;
  caller.identity.username = host + ".ex.com";
  caller.identity.groups = {"Instance"};
  caller.identity.system_roles = {role};
  caller.identity.expires = Now() + std::chrono::hours(10);
  return caller;
}

KubernetesClusterV3 Discovered(const std::string& name, const std::string& group) {
  KubernetesClusterV3 cluster;
  cluster.set_kind("kube_cluster");
  cluster.set_version("v3");
  cluster.mutable_metadata()->set_name(name);
  SetLabel(cluster, "teleport.dev/origin", "cloud");
  SetLabel(cluster, "teleport.dev/cloud", "Azure");
  SetLabel(cluster, "teleport.dev/discovery-type", "aks");
  if (!group.empty()) SetLabel(cluster, "teleport.internal/discovery-group-name", group);
  auto& azure = *cluster.mutable_spec()->mutable_azure();
  azure.set_resourcename(name);
  azure.set_resourcegroup("g");
  azure.set_subscriptionid("s");
  return cluster;
}

class DiscoveryFixture : public AuthFixture {
 public:
  DiscoveryFixture() { AddDiscoveryServiceMethods(methods_, auth(), services); }

  template <typename Response, typename Request>
  Result<Response> Ask(const Caller& caller, const std::string& name, const Request& request) {
    return CallOf<Response>(methods_, caller, "/sallyport.v1.DiscoveryService/" + name, request);
  }
  Result<v1::SyncDiscoveryResponse> Sync(const Caller& caller, const std::string& group,
                                         const std::string& hash = "h") {
    v1::SyncDiscoveryRequest request;
    request.mutable_state()->set_group(group);
    request.mutable_state()->set_matchers_hash(hash);
    request.set_hostname("host");
    return Ask<v1::SyncDiscoveryResponse>(caller, "Sync", request);
  }
  Status Put(const Caller& caller, const KubernetesClusterV3& cluster) {
    v1::PutDiscoveredRequest request;
    *request.mutable_cluster() = cluster;
    const auto put = Ask<v1::PutDiscoveredResponse>(caller, "PutCluster", request);
    return put ? Status() : std::unexpected(put.error());
  }
  Status Remove(const Caller& caller, const std::string& name) {
    v1::RemoveDiscoveredRequest request;
    request.set_name(name);
    const auto removed = Ask<v1::RemoveDiscoveredResponse>(caller, "RemoveCluster", request);
    return removed ? Status() : std::unexpected(removed.error());
  }
  void Hold(KubernetesClusterV3 cluster) {
    BackendTransaction transaction;
    WriteResource(transaction, cluster, WriteMode::kUpsert);
    REQUIRE(auth().Commit(std::move(transaction)));
  }
  std::vector<types::ClusterAlert> Alerts() { return ListAllResources<types::ClusterAlert>(auth().backend()).value(); }

  DiscoveryServices services;

 private:
  RpcTable methods_;
};

ErrorKind KindOfFailure(const Status& status) {
  REQUIRE_FALSE(status);
  return status.error().kind;
}

}  // namespace

TEST_CASE_METHOD(DiscoveryFixture, "a discovery service writes, lists and removes the clusters of its group") {
  const Caller service = ServiceCaller(kHostA);
  REQUIRE(Sync(service, "a"));
  REQUIRE(Put(service, Discovered("one", "a")));
  CHECK(Events("kube.create") == 1);
  REQUIRE(Put(service, Discovered("one", "a")));
  CHECK(Events("kube.update") == 0);
  auto changed = Discovered("one", "a");
  SetLabel(changed, "env", "prod");
  REQUIRE(Put(service, changed));
  CHECK(Events("kube.update") == 1);

  Hold(Discovered("other", "b"));
  Hold(Discovered("none", ""));
  const auto listed = Ask<v1::ListDiscoveredResponse>(service, "ListClusters", v1::ListDiscoveredRequest());
  REQUIRE(listed);
  REQUIRE(listed->clusters_size() == 1);
  CHECK(NameOf(listed->clusters(0)) == "one");
  REQUIRE(Remove(service, "one"));
  CHECK(KindOfFailure(Remove(service, "one")) == ErrorKind::kNotFound);
}

TEST_CASE_METHOD(DiscoveryFixture, "only hosts that joined as Discovery may call") {
  for (const Caller& caller : {ServiceCaller(kHostA, "Kube"), ServiceCaller(kHostA, "Node"), Caller(), admin()}) {
    CHECK(Sync(caller, "a").error().kind == ErrorKind::kAccessDenied);
    CHECK(KindOfFailure(Put(caller, Discovered("one", "a"))) == ErrorKind::kAccessDenied);
    CHECK(KindOfFailure(Remove(caller, "one")) == ErrorKind::kAccessDenied);
  }
  Store(kMemberYaml);
  CHECK(Sync(UserCaller(*this, "alice"), "a").error().kind == ErrorKind::kAccessDenied);
  CHECK(
      Ask<v1::ListDiscoveryServicesResponse>(ServiceCaller(kHostA), "ListServices", v1::ListDiscoveryServicesRequest())
          .error()
          .kind == ErrorKind::kAccessDenied);
}

TEST_CASE_METHOD(DiscoveryFixture, "a host is bound to the group of its first call") {
  const Caller service = ServiceCaller(kHostA);
  CHECK(KindOfFailure(Put(service, Discovered("one", "a"))) == ErrorKind::kAccessDenied);
  REQUIRE(Sync(service, "a"));
  const auto other = Sync(service, "b");
  CHECK(other.error().kind == ErrorKind::kAccessDenied);
  CHECK(other.error().message.contains("bound to the discovery group \"a\""));
  CHECK(KindOfFailure(Put(service, Discovered("one", "b"))) == ErrorKind::kBadParameter);
  CHECK(Sync(ServiceCaller(kHostB), "b"));
  CHECK(Sync(ServiceCaller(kHostB), "").error().kind == ErrorKind::kAccessDenied);

  BackendTransaction rejoined;
  rejoined.Remove(DiscoveryGroupKey(kHostA), true);
  REQUIRE(auth().Commit(std::move(rejoined)));
  CHECK(Sync(service, "b"));
  CHECK(BindDiscoveryGroup(auth().backend(), kHostA, "x\ny", Now()).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE_METHOD(DiscoveryFixture, "a discovery service writes nothing but discovered clusters") {
  const Caller service = ServiceCaller(kHostA);
  REQUIRE(Sync(service, "a"));
  const auto refused = [&](auto change) {
    auto cluster = Discovered("one", "a");
    change(cluster);
    return KindOfFailure(Put(service, cluster)) == ErrorKind::kBadParameter;
  };
  CHECK(refused([](auto& cluster) { SetLabel(cluster, "teleport.dev/origin", "dynamic"); }));
  CHECK(refused([](auto& cluster) { cluster.mutable_metadata()->mutable_labels()->erase("teleport.dev/origin"); }));
  CHECK(refused([](auto& cluster) { SetLabel(cluster, "teleport.dev/cloud", "AWS"); }));
  CHECK(refused([](auto& cluster) { SetLabel(cluster, "teleport.internal/resource-id", "x"); }));
  CHECK(refused([](auto& cluster) { SetLabel(cluster, "Teleport.dev/x", "x"); }));
  CHECK(refused([](auto& cluster) { cluster.mutable_spec()->set_kubeconfig("a: b"); }));
  CHECK(refused([](auto& cluster) { (*cluster.mutable_spec()->mutable_dynamiclabels())["a"].add_command("id"); }));
  CHECK(refused([](auto& cluster) { cluster.mutable_spec()->clear_azure(); }));
  CHECK(refused([](auto& cluster) { cluster.mutable_spec()->mutable_gcp()->set_name("n"); }));
  CHECK(refused([](auto& cluster) { cluster.mutable_metadata()->set_name("../x"); }));
  CHECK(refused([](auto& cluster) { cluster.mutable_metadata()->set_description(std::string(2000, 'x')); }));
  CHECK(refused([](auto& cluster) {
    for (int i = 0; i < 300; ++i) SetLabel(cluster, fmt::format("l{}", i), "x");
  }));
  CHECK_FALSE(GetResource<KubernetesClusterV3>(auth().backend(), "one"));
  CHECK(Call<google::protobuf::Empty>(service, "/proto.AuthService/CreateKubernetesCluster", Discovered("one", "a"))
            .error()
            .kind == ErrorKind::kAccessDenied);
}

TEST_CASE_METHOD(DiscoveryFixture, "a discovery service never writes over another's cluster") {
  const Caller service = ServiceCaller(kHostA);
  REQUIRE(Sync(service, "a"));
  auto by_hand = Discovered("hand", "");
  SetLabel(by_hand, "teleport.dev/origin", "dynamic");
  Hold(by_hand);
  Hold(Discovered("other", "b"));
  CHECK(KindOfFailure(Put(service, Discovered("hand", "a"))) == ErrorKind::kAlreadyExists);
  CHECK(KindOfFailure(Put(service, Discovered("other", "a"))) == ErrorKind::kAlreadyExists);
  CHECK(KindOfFailure(Remove(service, "hand")) == ErrorKind::kAccessDenied);
  CHECK(KindOfFailure(Remove(service, "other")) == ErrorKind::kAccessDenied);

  SECTION("but takes over what services without a group found, when it is the same cluster") {
    Hold(Discovered("blank", ""));
    CHECK(Put(service, Discovered("blank", "a")));
    Hold(Discovered("blank2", ""));
    auto different = Discovered("blank2", "a");
    different.mutable_spec()->mutable_azure()->set_resourcegroup("elsewhere");
    CHECK(KindOfFailure(Put(service, different)) == ErrorKind::kAlreadyExists);
  }
}

TEST_CASE_METHOD(DiscoveryFixture, "one group with different matchers is an alert until it is over") {
  CHECK_FALSE(Sync(ServiceCaller(kHostA), "a", "h1")->other_matchers());
  CHECK(Alerts().empty());
  CHECK(Sync(ServiceCaller(kHostB), "a", "h2")->other_matchers());
  CHECK(Sync(ServiceCaller(kHostA), "a", "h1")->other_matchers());
  REQUIRE(Alerts().size() == 1);
  CHECK(Alerts().front().spec().message().contains("different matchers"));
  const auto listed =
      Ask<v1::ListDiscoveryServicesResponse>(admin(), "ListServices", v1::ListDiscoveryServicesRequest());
  REQUIRE(listed->services_size() == 2);
  CHECK(listed->services(0).other_matchers());
  CHECK_FALSE(Sync(ServiceCaller(kHostB), "a", "h1")->other_matchers());
  CHECK(Alerts().empty());
}

TEST_CASE("a service that is silent no longer counts") {
  DiscoveryServices services;
  v1::DiscoveryState state;
  state.set_group("a");
  state.set_matchers_hash("1");
  const Time now = Now();
  services.Report(kHostA, "x\ny", state, now);
  CHECK(services.All(now).front().hostname() == "x\\ny");
  state.set_matchers_hash("2");
  CHECK(services.Report(kHostB, "b", state, now).other_matchers);
  CHECK_FALSE(services.Report(kHostB, "b", state, now + kDiscoveryServiceLife * 2).other_matchers);
  CHECK(services.All(now + kDiscoveryServiceLife * 2).size() == 1);
}

TEST_CASE_METHOD(DiscoveryFixture, "missing rights are an alert that names them") {
  const Caller service = ServiceCaller(kHostA);
  v1::SyncDiscoveryRequest request;
  request.mutable_state()->set_group("a");
  request.set_hostname("host\x1b[31m");
  request.mutable_state()->add_missing_rights("Microsoft.ContainerService/managedClusters/read at /subscriptions/s");
  REQUIRE(Ask<v1::SyncDiscoveryResponse>(service, "Sync", request));
  REQUIRE(Alerts().size() == 1);
  CHECK(Alerts().front().spec().message().contains(
      "Microsoft.ContainerService/managedClusters/read at /subscriptions/s"));
  request.mutable_state()->clear_missing_rights();
  REQUIRE(Ask<v1::SyncDiscoveryResponse>(service, "Sync", request));
  CHECK(Alerts().empty());
}

TEST_CASE_METHOD(DiscoveryFixture, "a service gets the configs of its group, and writes their status alone") {
  using teleport::discoveryconfig::v1::DiscoveryConfig;
  const auto hold = [&](const std::string& name, const std::string& group) {
    auto config = NewResource<DiscoveryConfig>();
    SetName(config, name);
    config.mutable_spec()->set_discovery_group(group);
    BackendTransaction transaction;
    WriteResource(transaction, config, WriteMode::kUpsert);
    REQUIRE(auth().Commit(std::move(transaction)));
  };
  hold("mine", "a");
  hold("theirs", "b");
  v1::SyncDiscoveryRequest request;
  request.mutable_state()->set_group("a");
  for (const char* name : {"mine", "theirs", "nosuch"}) {
    auto& said = *request.add_configs();
    said.set_name(name);
    said.mutable_status()->set_state(teleport::discoveryconfig::v1::DISCOVERY_CONFIG_STATE_ERROR);
    said.mutable_status()->set_error_message("why\x1b");
    said.mutable_status()->set_discovered_resources(3);
  }
  const auto answer = Ask<v1::SyncDiscoveryResponse>(ServiceCaller(kHostA), "Sync", request);
  REQUIRE(answer);
  REQUIRE(answer->configs_size() == 1);
  CHECK(NameOf(answer->configs(0)) == "mine");
  CHECK(answer->configs(0).status().discovered_resources() == 3);
  CHECK(answer->configs(0).status().error_message() == "why\\x1b");
  CHECK_FALSE(GetResource<DiscoveryConfig>(auth().backend(), "theirs")->has_status());
}

}  // namespace sallyport
