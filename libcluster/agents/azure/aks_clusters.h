// The managed Kubernetes clusters (AKS) of Azure: which there are, and how to get at them
// (docs/protocol/discovery.md#azure).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/value.h"
#include "libcluster/agents/azure/arm_client.h"

namespace sallyport {

// The place of a cluster.
struct AksPlace {
  std::string subscription;
  std::string group;
  std::string name;
  auto operator<=>(const AksPlace&) const = default;
};

struct AksCluster {
  AksPlace place;
  std::string location;   // "westeurope"
  std::string tenant_id;  // of the cluster's own identity; may be empty
  std::map<std::string, std::string> tags;
  bool runs = false;  // its power is on
  // Whether Azure's directory tells the cluster its users, and whether Azure also decides what users may do.
  bool uses_azure_ad = false;
  bool uses_azure_rbac = false;
};

// Reads a managed cluster. Fails with kBadParameter: no object, no properties, an id of another form, texts that are
// too long.
Result<AksCluster> ParseAksCluster(const Value& item);

// Reads an id "/subscriptions/S/resourceGroups/G/providers/Microsoft.ContainerService/managedClusters/N", in any case.
// Fails with kBadParameter.
Result<AksPlace> ParseAksId(std::string_view id);

// Returns the ids of all subscriptions that the identity sees and that are not deleted. Fails as ArmClient::List does.
Result<std::vector<std::string>> ListSubscriptions(ArmClient& arm, ArmRefusal* refused = nullptr);

struct AksList {
  std::vector<AksCluster> clusters;
  std::vector<std::string> left_out;  // for each item that cannot be read: why
};
// Lists the clusters of a subscription, or of one of its resource groups (not ""). A group that does not exist has no
// cluster. Fails as ArmClient::List does.
Result<AksList> ListAksClusters(ArmClient& arm, const std::string& subscription, const std::string& group,
                                ArmRefusal* refused = nullptr);

// Reads one cluster. Fails as ArmClient::Get does; with kNotFound when it does not exist.
Result<AksCluster> GetAksCluster(ArmClient& arm, const AksPlace& place, ArmRefusal* refused = nullptr);

// Return a kubeconfig for users (with an exec plugin where Azure's directory knows them) and for administrators, as
// YAML. Fail as ArmClient::Post does.
Result<Secret> GetAksUserKubeconfig(ArmClient& arm, const AksPlace& place);
Result<Secret> GetAksAdminKubeconfig(ArmClient& arm, const AksPlace& place);

// Runs a command inside of a cluster, as its administrator; `cluster_token` is for clusters of Azure's directory.
// Returns its exit code and its output. Fails as ArmClient::Run does.
struct AksCommandResult {
  int exit_code = 0;
  std::string output;
};
Result<AksCommandResult> RunAksCommand(ArmClient& arm, const AksPlace& place, const std::string& command,
                                       const Secret& cluster_token, std::chrono::seconds longest);

}  // namespace sallyport
