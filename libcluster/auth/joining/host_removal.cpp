#include "libcluster/auth/joining/host_removal.h"

#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/trust/hosts.h"

namespace sallyport {
namespace {

constexpr std::size_t kAllItems = static_cast<std::size_t>(1) << 30;

// The keys of a host's announced resources.
Result<std::vector<std::string>> Announced(Backend& backend, const std::string& host_id) {
  std::vector<std::string> keys;
  if (backend.Get(ResourceKey("node", host_id))) keys.push_back(ResourceKey("node", host_id));

  for (const std::string_view kind : {"kube_server", "app_server"}) {
    ASSIGN_OR_RETURN(const auto items, backend.List(ResourceKey(kind, host_id + "/"), "", kAllItems));
    for (const auto& item : items) keys.push_back(item.key);
  }

  ASSIGN_OR_RETURN(const auto names, backend.List(kKubeNameClaims, "", kAllItems));
  for (const auto& item : names) {
    if (item.value.starts_with(host_id + " ")) keys.push_back(item.key);
  }
  return keys;
}

}  // namespace

Result<bool> RemoveHost(AuthServer& auth, const Caller& by, const std::string& host_id) {
  if (!IsUuid(host_id)) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not the id of a host", StripControl(host_id)),
                        "list the hosts: tctl inventory ls");
  }
  if (host_id == auth.options().host_id) {
    return Fail(ErrorKind::kBadParameter, "the auth service runs on this host, so the host cannot be removed");
  }

  ASSIGN_OR_RETURN(auto keys, Announced(auth.backend(), host_id));
  for (std::string key : {HostGroupKey(host_id), DiscoveryGroupKey(host_id)}) {
    if (auth.backend().Get(key)) keys.push_back(std::move(key));
  }

  BackendTransaction transaction;
  for (const std::string& key : keys) transaction.Remove(key, false);
  transaction.Put(fmt::format("{}{}", kRemovedHosts, host_id), FormatTime(Now()));
  transaction.Append(auth.EventOf(by, audit::kHostRemove, host_id));
  RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
  return !keys.empty();
}

}  // namespace sallyport
