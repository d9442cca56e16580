#include "libcluster/auth/trust/locks.h"

#include <algorithm>
#include <functional>

#include "libcluster/auth/trust/hosts.h"
#include "libcluster/backend/store.h"
#include "libresources/kinds/lock.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

using types::LockTarget;

// One attribute of an identity: its test against a lock's target, and its name in the refusal.
struct Asked {
  std::string name;
  LockTarget target;
};

std::vector<Asked> AskedOf(const Identity& identity) {
  std::vector<Asked> asked;
  const auto add = [&](std::string_view field, const std::string& value, void (LockTarget::*set)(const std::string&)) {
    if (value.empty()) return;
    auto& one = asked.emplace_back();
    one.name = fmt::format("{}:\"{}\"", field, value);
    (one.target.*set)(value);
  };

  add("User", identity.username, &LockTarget::set_user<const std::string&>);
  for (const auto& role : identity.groups) add("Role", role, &LockTarget::set_role<const std::string&>);
  for (const auto& login : identity.principals) add("Login", login, &LockTarget::set_login<const std::string&>);
  for (const auto& id : identity.active_requests) {
    add("AccessRequest", id, &LockTarget::set_accessrequest<const std::string&>);
  }
  add("MFADevice", identity.mfa_verified, &LockTarget::set_mfadevice<const std::string&>);
  add("Device", identity.device.device_id, &LockTarget::set_device<const std::string&>);
  add("BotInstanceID", identity.bot_instance_id, &LockTarget::set_botinstanceid<const std::string&>);
  add("JoinToken", identity.join_token, &LockTarget::set_jointoken<const std::string&>);

  return asked;
}

Status CheckAll(const std::vector<types::LockV2>& locks, const std::vector<Asked>& all_asked) {
  const Time now = Now();
  for (const auto& asked : all_asked) {
    for (const auto& lock : locks) {
      if (!LockInForce(lock, now) || !LockMatches(lock.spec().target(), asked.target)) continue;
      const std::string& message = lock.spec().message();
      return Fail(ErrorKind::kAccessDenied, "lock targeting {} is in force{}{}", asked.name,
                  message.empty() ? "" : ": ", message);
    }
  }
  return {};
}

}  // namespace

Locks::Locks(Backend& backend, std::string cluster_name)
    : cluster_name_(std::move(cluster_name)),
      known_(backend, {ResourceKey("lock", ""), std::string(kRemovedHosts)}, [&backend]() -> Result<Known> {
        Known known;
        ASSIGN_OR_RETURN(known.locks, ListAllResources<types::LockV2>(backend));
        ASSIGN_OR_RETURN(known.removed_hosts, RemovedHosts(backend));
        return known;
      }) {}

Status Locks::Refresh() {
  RETURN_IF_ERROR(known_.Get());
  return {};
}

Status Locks::Check(const Identity& identity) const {
  ASSIGN_OR_RETURN(const auto known, known_.Get());
  return known->locks.empty() ? Status() : CheckAll(known->locks, AskedOf(identity));
}

Status Locks::CheckHost(std::string_view host_id) const {
  ASSIGN_OR_RETURN(const auto known, known_.Get());
  if (known->removed_hosts.contains(std::string(host_id))) {
    return Fail(ErrorKind::kAccessDenied, "access denied: host {} was removed from the cluster", host_id);
  }
  if (known->locks.empty()) return {};
  std::vector<Asked> asked;
  for (const std::string& name : {std::string(host_id), fmt::format("{}.{}", host_id, cluster_name_)}) {
    asked.push_back({fmt::format("ServerID:\"{}\"", name), {}});
    asked.back().target.set_serverid(name);
  }
  return CheckAll(known->locks, asked);
}

}  // namespace sallyport
