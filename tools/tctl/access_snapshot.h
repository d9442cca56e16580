// A snapshot of everything that decides about access in a cluster: users, roles, and the resources that roles reach.
// tctl reads it and evaluates it itself.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libresources/access/access.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// A resource that roles reach by labels. The name of a node is its host name.
struct Reachable {
  std::string kind;  // "node", "kube_cluster", "app", "db"
  std::string name;
  Labels labels;

  auto operator<=>(const Reachable& other) const = default;
};

struct AccessSnapshot {
  std::map<std::string, std::shared_ptr<const types::RoleV6>> roles;
  std::map<std::string, std::shared_ptr<const types::UserV2>> users;
  std::vector<Reachable> resources;

  // Replaces the resource with the same kind and name; ignores other kinds.
  void Apply(const Resource& resource);
  // Returns the access by a user's roles and by `more` roles. Unknown roles give no access.
  AccessChecker CheckerOf(const types::UserV2& user, const std::vector<std::string>& more = {}) const;
};

// Each function reads a part of the snapshot. Kinds of resources that the cluster does not know are left out.
Status ReadRoles(RpcClient& rpc, AccessSnapshot& snapshot);
Status ReadUsers(RpcClient& rpc, AccessSnapshot& snapshot);
Status ReadResources(RpcClient& rpc, AccessSnapshot& snapshot);

}  // namespace sallyport
