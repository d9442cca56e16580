#include "libcluster/auth/access/host_caller.h"

#include <algorithm>

namespace sallyport {

Result<std::string> HostOfCaller(const Caller& caller, std::string_view cluster, std::string_view service) {
  const std::string suffix = "." + std::string(cluster);
  const Identity& identity = caller.identity;
  const bool serves = std::ranges::find(identity.system_roles, service) != identity.system_roles.end() ||
                      caller.SystemRole() == service;
  if (caller.kind != Caller::Kind::kSystem || !serves || !identity.username.ends_with(suffix)) {
    return Fail(ErrorKind::kAccessDenied, "access denied: this call is for agents that have joined with the role {}",
                service);
  }
  return identity.username.substr(0, identity.username.size() - suffix.size());
}

Result<std::string> AgentHostOfCaller(const Caller& caller, std::string_view cluster, std::string_view own_host,
                                      std::initializer_list<std::string_view> services) {
  Result<std::string> host = Fail(ErrorKind::kAccessDenied, "access denied: this call is for agents");
  for (const std::string_view service : services) {
    if (!host) host = HostOfCaller(caller, cluster, service);
  }
  if (!host || *host != own_host) return host;
  return Fail(ErrorKind::kAccessDenied, "access denied: the id belongs to the host of the auth service");
}

}  // namespace sallyport
