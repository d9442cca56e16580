#include "libcluster/auth/locks.h"

#include <algorithm>
#include <functional>

#include "libcluster/auth/store.h"
#include "libresources/lock.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

using types::LockTarget;

// One thing that an identity is, as a question to a lock's target, and its name in the refusal.
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

}  // namespace

Status Locks::Reload() {
  ASSIGN_OR_RETURN(auto locks, ListAllResources<types::LockV2>(backend_, "lock"));
  const std::lock_guard lock(mutex_);
  locks_ = std::make_shared<const std::vector<types::LockV2>>(std::move(locks));
  return {};
}

Status Locks::Check(const Identity& identity) const {
  std::shared_ptr<const std::vector<types::LockV2>> locks;
  {
    const std::lock_guard lock(mutex_);
    locks = locks_;
  }
  if (!locks) return Fail(ErrorKind::kAccessDenied, "locks are not known yet");
  if (locks->empty()) return {};
  const Time now = Now();
  for (const auto& asked : AskedOf(identity)) {
    for (const auto& lock : *locks) {
      if (!LockInForce(lock, now) || !LockMatches(lock.spec().target(), asked.target)) continue;
      const std::string& message = lock.spec().message();
      return Fail(ErrorKind::kAccessDenied, "lock targeting {} is in force{}{}", asked.name,
                  message.empty() ? "" : ": ", message);
    }
  }
  return {};
}

}  // namespace sallyport
