// What decides about access in a cluster: users, roles, and the resources that roles reach. Read here, evaluated here.
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

// A resource that labels make reachable. Nodes are known by their host name.
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

  // Puts a resource in the place of the one with its kind and name; other kinds change nothing.
  void Apply(const Resource& resource);
  // Returns what a user's roles give, `more` roles beside. Roles that are not there give nothing.
  AccessChecker CheckerOf(const types::UserV2& user, const std::vector<std::string>& more = {}) const;
};

// Each reads a part of it. Kinds of resources that the cluster does not have are left out.
Status ReadRoles(RpcClient& rpc, AccessSnapshot& snapshot);
Status ReadUsers(RpcClient& rpc, AccessSnapshot& snapshot);
Status ReadResources(RpcClient& rpc, AccessSnapshot& snapshot);

}  // namespace sallyport
