#include "libcluster/auth/trust/hosts.h"

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"

namespace sallyport {
namespace {

constexpr std::string_view kGroups = "/host_groups/";
constexpr std::chrono::hours kKeptAfterwards{30 * 24};
constexpr std::size_t kAllHosts = static_cast<std::size_t>(1) << 30;

std::string GroupKey(std::string_view host_id) { return fmt::format("{}{}", kGroups, host_id); }

// The keys of what a host has announced.
Result<std::vector<std::string>> Announced(Backend& backend, const std::string& host_id) {
  std::vector<std::string> keys;
  if (backend.Get(ResourceKey("node", host_id))) keys.push_back(ResourceKey("node", host_id));
  for (const std::string_view kind : {"kube_server", "app_server"}) {
    ASSIGN_OR_RETURN(const auto items, backend.List(ResourceKey(kind, host_id + "/"), "", kAllHosts));
    for (const auto& item : items) keys.push_back(item.key);
  }
  ASSIGN_OR_RETURN(const auto names, backend.List(kKubeNameClaims, "", kAllHosts));
  for (const auto& item : names) {
    if (item.value.starts_with(host_id + " ")) keys.push_back(item.key);
  }
  return keys;
}

}  // namespace

std::string HostGroupOfToken(std::string_view token) {
  return ToHex(Sha256(fmt::format("sallyport host group {}", token)));
}

void PutHostGroup(BackendTransaction& transaction, std::string_view host_id, std::string_view group, Time expires) {
  transaction.Put(GroupKey(host_id), std::string(group), expires + kKeptAfterwards);
}

Result<std::string> HostGroup(Backend& backend, std::string_view host_id) {
  auto item = backend.Get(GroupKey(host_id));
  if (item) return std::move(item->value);
  if (item.error().kind == ErrorKind::kNotFound) return std::string(host_id);
  return std::unexpected(std::move(item).error());
}

Result<std::unordered_set<std::string>> RemovedHosts(Backend& backend) {
  ASSIGN_OR_RETURN(const auto items, backend.List(kRemovedHosts, "", kAllHosts));
  std::unordered_set<std::string> removed;
  for (const auto& item : items) removed.insert(item.key.substr(kRemovedHosts.size()));
  return removed;
}

Result<bool> RemoveHost(AuthServer& auth, const Caller& by, const std::string& host_id) {
  if (!IsUuid(host_id)) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is no id of a host", StripControl(host_id)),
                        "see them: tctl inventory ls");
  }
  if (host_id == auth.options().host_id) {
    return Fail(ErrorKind::kBadParameter, "the auth service is on this host: it cannot be removed");
  }
  ASSIGN_OR_RETURN(auto keys, Announced(auth.backend(), host_id));
  if (auth.backend().Get(GroupKey(host_id))) keys.push_back(GroupKey(host_id));
  BackendTransaction transaction;
  for (const std::string& key : keys) transaction.Remove(key, false);
  transaction.Put(fmt::format("{}{}", kRemovedHosts, host_id), FormatTime(Now()));
  transaction.Append(auth.EventOf(by, audit::kHostRemove, host_id));
  RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
  return !keys.empty();
}

}  // namespace sallyport
