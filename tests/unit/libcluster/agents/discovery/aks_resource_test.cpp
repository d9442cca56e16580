#include "libcluster/agents/discovery/aks_resource.h"

#include <catch2/catch.hpp>

#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

AksCluster ProdLocal() {
  AksCluster cluster;
  cluster.place = {"bbbbbbbb-0000-4000-8000-000000000001", "rg1", "prod-local"};
  cluster.location = "westeurope";
  cluster.tenant_id = "aaaaaaaa-0000-4000-8000-000000000001";
  cluster.tags = {{"env", "prod"}, {"team", "green"}};
  cluster.runs = true;
  return cluster;
}

}  // namespace

TEST_CASE("an AKS cluster becomes the resource that Teleport makes of it") {
  const auto resource = ResourceOfAks(ProdLocal());
  REQUIRE(resource);
  CHECK(NameOf(*resource) == "prod-local-aks-westeurope-rg1-bbbbbbbb-0000-4000-8000-000000000001");
  CHECK(DescriptionOf(*resource) == "Azure AKS cluster \"prod-local\" in westeurope");
  CHECK(LabelsOf(*resource) == Labels{{"env", "prod"},
                                      {"region", "westeurope"},
                                      {"resource-group", "rg1"},
                                      {"subscription-id", "bbbbbbbb-0000-4000-8000-000000000001"},
                                      {"team", "green"},
                                      {"teleport.dev/cloud", "Azure"},
                                      {"teleport.dev/discovery-type", "aks"},
                                      {"teleport.dev/origin", "cloud"},
                                      {"teleport.internal/discovered-name", "prod-local"}});
  const auto& azure = resource->spec().azure();
  CHECK(azure.resourcename() == "prod-local");
  CHECK(azure.resourcegroup() == "rg1");
  CHECK(azure.subscriptionid() == "bbbbbbbb-0000-4000-8000-000000000001");
  CHECK(azure.tenantid() == "aaaaaaaa-0000-4000-8000-000000000001");
}

TEST_CASE("the tag TeleportKubernetesName gives the name, without a suffix") {
  AksCluster cluster = ProdLocal();
  cluster.tags["TeleportKubernetesName"] = "my-name";
  const auto resource = ResourceOfAks(cluster);
  REQUIRE(resource);
  CHECK(NameOf(*resource) == "my-name");
  CHECK_FALSE(LabelsOf(*resource).contains("teleport.internal/discovered-name"));
  CHECK(LabelsOf(*resource).at("TeleportKubernetesName") == "my-name");
  cluster.tags["TeleportKubernetesName"] = "";
  CHECK(NameOf(*ResourceOfAks(cluster)).starts_with("prod-local-aks-"));
  cluster.tags["TeleportKubernetesName"] = "../x";
  CHECK(ResourceOfAks(cluster).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("tags never become labels of the system, nor labels with keys that none can have") {
  AksCluster cluster = ProdLocal();
  cluster.tags = {{"teleport.dev/origin", "config-file"},
                  {"Teleport.Dev/discovery-type", "eks"},
                  {"teleport.internal/discovery-group-name", "other"},
                  {"TELEPORT.INTERNAL/x", "y"},
                  {"teleport.hidden/x", "y"},
                  {"a key", "v"},
                  {"region", "moon"},
                  {"env", ""}};
  const auto labels = LabelsOf(*ResourceOfAks(cluster));
  CHECK(labels == Labels{{"env", ""},
                         {"region", "westeurope"},
                         {"resource-group", "rg1"},
                         {"subscription-id", "bbbbbbbb-0000-4000-8000-000000000001"},
                         {"teleport.dev/cloud", "Azure"},
                         {"teleport.dev/discovery-type", "aks"},
                         {"teleport.dev/origin", "cloud"},
                         {"teleport.internal/discovered-name", "prod-local"}});
}

}  // namespace sallyport
