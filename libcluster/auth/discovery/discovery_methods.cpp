#include "libcluster/auth/discovery/discovery_methods.h"

#include "libcluster/auth/access/host_caller.h"
#include "libcluster/auth/discovery/discovered_clusters.h"
#include "libcluster/auth/discovery/discovery_binding.h"
#include "libcluster/auth/discovery/discovery_sync.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kDiscoveryRole = "Discovery";

std::string DiscoveryMethod(std::string_view name) { return fmt::format("/sallyport.v1.DiscoveryService/{}", name); }

// Returns the host of a discovery service. The auth service's own has no certificate of a host that joined.
Result<std::string> DiscoveryHost(AuthServer& auth, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::string host_id,
                   AgentHostOfCaller(caller, auth.cluster_name(), auth.options().host_id, {kDiscoveryRole}));
  RETURN_IF_ERROR(auth.locks().CheckHost(host_id));
  return host_id;
}

// Returns the group whose resources a caller may write.
Result<std::string> GroupOfCaller(AuthServer& auth, const Caller& caller) {
  ASSIGN_OR_RETURN(const std::string host_id, DiscoveryHost(auth, caller));
  return DiscoveryGroupOf(auth.backend(), host_id);
}

void AddClusterMethods(RpcTable& table, AuthServer& auth) {
  table.Add({DiscoveryMethod("ListClusters"), RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const v1::ListDiscoveredRequest& request,
                    v1::ListDiscoveredResponse& answer) -> Status {
              ASSIGN_OR_RETURN(const std::string group, GroupOfCaller(auth, call.caller));
              ASSIGN_OR_RETURN(auto page, ListDiscovered(auth.backend(), group, request.start()));
              for (auto& cluster : page.first) *answer.add_clusters() = std::move(cluster);
              answer.set_next(page.second);
              return {};
            });

  table.Add(
      {DiscoveryMethod("PutCluster"), RpcAccess::Authenticated()},
      [&auth](const RpcCall& call, const v1::PutDiscoveredRequest& request, v1::PutDiscoveredResponse&) -> Status {
        ASSIGN_OR_RETURN(const std::string group, GroupOfCaller(auth, call.caller));
        return PutDiscovered(auth, call.caller, group, request.cluster());
      });

  table.Add({DiscoveryMethod("RemoveCluster"), RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const v1::RemoveDiscoveredRequest& request,
                    v1::RemoveDiscoveredResponse&) -> Status {
              ASSIGN_OR_RETURN(const std::string group, GroupOfCaller(auth, call.caller));
              return RemoveDiscovered(auth, call.caller, group, request.name());
            });
}

}  // namespace

void AddDiscoveryServiceMethods(RpcTable& table, AuthServer& auth, DiscoveryServices& services) {
  table.Add({DiscoveryMethod("Sync"), RpcAccess::Authenticated()},
            [&auth, &services](const RpcCall& call, const v1::SyncDiscoveryRequest& request,
                               v1::SyncDiscoveryResponse& answer) -> Status {
              ASSIGN_OR_RETURN(const std::string host_id, DiscoveryHost(auth, call.caller));
              RETURN_IF_ERROR(
                  BindDiscoveryGroup(auth.backend(), host_id, request.state().group(), call.caller.identity.expires));
              ASSIGN_OR_RETURN(answer, SyncDiscovery(auth, services, host_id, request));
              return {};
            });
  AddClusterMethods(table, auth);
  table.Add({DiscoveryMethod("ListServices"), RpcAccess::Rule("instance", {"list", "read"})},
            [&services](const RpcCall&, const v1::ListDiscoveryServicesRequest&,
                        v1::ListDiscoveryServicesResponse& answer) -> Status {
              for (auto& info : services.All(Now())) *answer.add_services() = std::move(info);
              return {};
            });
}

}  // namespace sallyport
