#include "libcluster/agents/azure/aks_clusters.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "tests/unit/libcluster/agents/azure/scripted_azure.h"

namespace sallyport {
namespace {

using test::ScriptedAzure;

const std::string kId =
    "/subscriptions/s1/resourcegroups/rg1/providers/Microsoft.ContainerService/managedClusters/prod";
const std::string kOneCluster =
    R"({"id":")" + kId +
    R"(","name":"prod","location":"westeurope","tags":{"env":"prod"},"identity":{"tenantId":"t1"},)"
    R"("properties":{"powerState":{"code":"Running"},"aadProfile":{"managed":true,"enableAzureRBAC":true}}})";

Result<AksCluster> Parsed(const std::string& json) { return ParseAksCluster(*ParseJson(json)); }

}  // namespace

TEST_CASE("a managed cluster is read") {
  const auto cluster = Parsed(kOneCluster);
  REQUIRE(cluster);
  CHECK(cluster->place == AksPlace{"s1", "rg1", "prod"});
  CHECK(cluster->location == "westeurope");
  CHECK(cluster->tenant_id == "t1");
  CHECK(cluster->tags.at("env") == "prod");
  CHECK(cluster->runs);
  CHECK(cluster->uses_azure_ad);
  CHECK(cluster->uses_azure_rbac);
}

TEST_CASE("what is no managed cluster is refused") {
  CHECK_FALSE(Parsed("[]"));
  CHECK_FALSE(Parsed("{}"));
  CHECK_FALSE(Parsed(R"({"properties":{},"name":"a","location":"x","id":"/subscriptions/s/resourceGroups/g"})"));
  CHECK_FALSE(Parsed(R"({"properties":{},"name":"a\u001b","location":"x","id":")" + kId + R"("})"));
  CHECK_FALSE(Parsed(R"({"properties":{},"name":"a","location":"","id":")" + kId + R"("})"));
  CHECK_FALSE(Parsed(R"({"properties":{},"name":"a","location":"x","tags":[],"id":")" + kId + R"("})"));
  CHECK_FALSE(ParseAksId("/subscriptions//resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/n"));
  CHECK_FALSE(ParseAksId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/managedClusters/n"));
}

TEST_CASE("subscriptions are listed, without the deleted ones") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  azure.Answer("management.azure.com/subscriptions?api-version=2016-06-01",
               {200, R"({"value":[{"subscriptionId":"b","state":"Enabled"},{"subscriptionId":"a","state":"Warned"},
                                  {"subscriptionId":"c","state":"Deleted"}]})"});
  CHECK(ListSubscriptions(*arm).value() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("clusters are listed, and items that cannot be read are named") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  const std::string base = "management.azure.com/subscriptions/s1";
  const std::string list = "/providers/Microsoft.ContainerService/managedClusters?api-version=2025-02-01";
  azure.Answer(base + list, {200, R"({"value":[)" + kOneCluster + R"(,{"name":"odd"}]})"});
  const auto found = ListAksClusters(*arm, "s1", "");
  REQUIRE(found);
  CHECK(found->clusters.size() == 1);
  CHECK(found->left_out == std::vector<std::string>{"\"odd\": it has no properties"});

  SECTION("of a resource group") {
    azure.Answer(base + "/resourceGroups/rg%201" + list, {200, R"({"value":[]})"});
    CHECK(ListAksClusters(*arm, "s1", "rg 1")->clusters.empty());
  }
  SECTION("a group that does not exist has none") {
    azure.Answer(base + "/resourceGroups/no" + list,
                 {404, R"({"error":{"code":"ResourceGroupNotFound","message":""}})"});
    CHECK(ListAksClusters(*arm, "s1", "no")->clusters.empty());
  }
  SECTION("a subscription that does not exist is an error") {
    CHECK(ListAksClusters(*arm, "s2", "g").error().kind == ErrorKind::kNotFound);
  }
}

TEST_CASE("the ways into a cluster") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  const std::string one =
      "management.azure.com/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/"
      "prod";
  const AksPlace place{"s1", "rg1", "prod"};
  azure.Answer(one + "?api-version=2025-02-01", {200, kOneCluster});
  CHECK(GetAksCluster(*arm, place)->location == "westeurope");
  azure.Answer(one + "/listClusterUserCredential?api-version=2025-02-01&format=exec",
               {200, R"({"kubeconfigs":[{"name":"u","value":"YTogMQ=="}]})"});
  CHECK(GetAksUserKubeconfig(*arm, place)->Reveal() == "a: 1");
  azure.Answer(one + "/listClusterAdminCredential?api-version=2025-02-01", {200, R"({"kubeconfigs":[]})"});
  CHECK(GetAksAdminKubeconfig(*arm, place).error().message.contains("no kubeconfig"));
  azure.Answer(one + "/runCommand?api-version=2025-02-01",
               {202, "", {{"location", "https://management.azure.com/op"}}});
  azure.Answer("management.azure.com/op", {200, R"({"properties":{"exitCode":3,"logs":"out"}})"});
  const auto ran = RunAksCommand(*arm, place, "kubectl version", Secret("t"), std::chrono::seconds(9));
  REQUIRE(ran);
  CHECK(ran->exit_code == 3);
  CHECK(ran->output == "out");
}

}  // namespace sallyport
