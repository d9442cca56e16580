#include "tools/tctl/access_snapshot.h"

#include <algorithm>
#include <array>
#include <set>

#include "libclient/calls/kind_calls.h"
#include "libclient/listing.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tools/listing/list_options.h"

namespace sallyport {
namespace {

// The kinds whose resources are written by hand.
constexpr std::array<std::string_view, 3> kWritten{"kube_cluster", "app", "db"};

Status ReadEach(RpcClient& rpc, std::string_view kind_name, const MessageSink& sink) {
  const KindRow* const kind = FindKind(kind_name);
  if (kind == nullptr) return {};
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*kind));
  return calls->list(rpc, false, sink);
}

// Returns an empty part when the cluster cannot list it.
Status Unless(ErrorKind kind, Status status) { return status || status.error().kind != kind ? status : Status(); }

}  // namespace

void AccessSnapshot::Apply(const Resource& resource) {
  const std::string name = NameOf(*resource.message);
  if (resource.kind->kind == "role") {
    roles[name] = std::make_shared<types::RoleV6>(resource.as<types::RoleV6>());
  } else if (resource.kind->kind == "user") {
    users[name] = std::make_shared<types::UserV2>(resource.as<types::UserV2>());
  } else if (std::ranges::find(kWritten, resource.kind->kind) != kWritten.end()) {
    std::erase_if(resources, [&](const Reachable& one) { return one.kind == resource.kind->kind && one.name == name; });
    resources.push_back({std::string(resource.kind->kind), name, LabelsOf(*resource.message)});
  }
}

AccessChecker AccessSnapshot::CheckerOf(const types::UserV2& user, const std::vector<std::string>& more) const {
  std::vector<std::string> names(user.spec().roles().begin(), user.spec().roles().end());
  names.insert(names.end(), more.begin(), more.end());
  std::vector<std::shared_ptr<const types::RoleV6>> held;
  for (const std::string& name : names) {
    const auto found = roles.find(name);
    if (found != roles.end()) held.push_back(found->second);
  }
  return AccessChecker(user.metadata().name(), ToSelector(user.spec().traits()), std::move(held));
}

Status ReadRoles(RpcClient& rpc, AccessSnapshot& snapshot) {
  return ReadEach(rpc, "role", [&](const google::protobuf::Message& message) -> Status {
    snapshot.roles[NameOf(message)] = std::make_shared<types::RoleV6>(static_cast<const types::RoleV6&>(message));
    return {};
  });
}

Status ReadUsers(RpcClient& rpc, AccessSnapshot& snapshot) {
  return ReadEach(rpc, "user", [&](const google::protobuf::Message& message) -> Status {
    snapshot.users[NameOf(message)] = std::make_shared<types::UserV2>(static_cast<const types::UserV2&>(message));
    return {};
  });
}

Status ReadResources(RpcClient& rpc, AccessSnapshot& snapshot) {
  // Several servers may announce one cluster, and servers may also announce a cluster that is written by hand.
  std::set<Reachable> seen;
  const auto add_once = [&](Reachable resource) {
    if (seen.insert(resource).second) snapshot.resources.push_back(std::move(resource));
  };

  const auto node = [&](const Value& item) -> Status {
    snapshot.resources.push_back({"node", At(item, "spec", "hostname").as_string(), LabelsOfNode(item)});
    return {};
  };
  RETURN_IF_ERROR(Unless(ErrorKind::kNotImplemented, ListNodes(rpc, {}, node)));

  const auto kube_server = [&](const Value& item) -> Status {
    const Value& cluster = At(item, "spec", "cluster");
    add_once({"kube_cluster", At(cluster, "metadata", "name").as_string(), LabelsOfKube(cluster)});
    return {};
  };
  RETURN_IF_ERROR(Unless(ErrorKind::kNotImplemented, ListKubeServers(rpc, {}, kube_server)));

  for (const std::string_view kind : kWritten) {
    const auto written = [&](const google::protobuf::Message& message) -> Status {
      add_once({std::string(kind), NameOf(message), LabelsOf(message)});
      return {};
    };
    RETURN_IF_ERROR(Unless(ErrorKind::kNotImplemented, ReadEach(rpc, kind, written)));
  }
  return {};
}

}  // namespace sallyport
