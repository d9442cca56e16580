#include "libcluster/auth/locks.h"

#include <algorithm>
#include <array>

#include "libcluster/auth/store.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

using types::LockTarget;

// A field of a lock's target, and what of a subject it is compared with.
struct TargetRow {
  const char* name;
  const std::string& (*of_target)(const LockTarget&);
  bool (*matches)(const LockSubject&, const std::string&);
};

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

#define TARGET(name, accessor, condition)                                                   \
  TargetRow {                                                                               \
    name, [](const LockTarget& target) -> const std::string& { return target.accessor(); }, \
        [](const LockSubject& subject, const std::string& value) { return condition; }      \
  }
constexpr std::array kTargets{
    TARGET("User", user, subject.user == value),
    TARGET("Role", role, Contains(subject.roles, value)),
    TARGET("Login", login, Contains(subject.logins, value)),
    TARGET("MFADevice", mfadevice, subject.mfa_device == value),
    TARGET("WindowsDesktop", windowsdesktop, (std::ignore = subject, std::ignore = value, false)),
    TARGET("AccessRequest", accessrequest, Contains(subject.access_requests, value)),
    TARGET("Device", device, subject.device == value),
    TARGET("ServerID", serverid, subject.server_id == value),
    TARGET("BotInstanceID", botinstanceid, subject.bot_instance_id == value),
    TARGET("JoinToken", jointoken, subject.join_token == value),
};
#undef TARGET

bool Matches(const LockTarget& target, const LockSubject& subject) {
  bool any = false;
  for (const auto& row : kTargets) {
    const std::string& value = row.of_target(target);
    if (value.empty()) continue;
    if (!row.matches(subject, value)) return false;
    any = true;
  }
  return any;
}

std::string Describe(const LockTarget& target) {
  std::string text;
  for (const auto& row : kTargets) {
    const std::string& value = row.of_target(target);
    if (!value.empty()) text += fmt::format("{}{}:\"{}\"", text.empty() ? "" : ", ", row.name, value);
  }
  return text;
}

bool InForce(const types::LockV2& lock, Time now) {
  if (!lock.spec().has_expires()) return true;
  return Time(Nanoseconds(google::protobuf::util::TimeUtil::TimestampToNanoseconds(lock.spec().expires()))) > now;
}

}  // namespace

LockSubject LockSubject::Of(const Identity& identity) {
  LockSubject subject;
  subject.user = identity.username;
  subject.roles = identity.groups;
  subject.logins = identity.principals;
  subject.mfa_device = identity.mfa_verified;
  subject.access_requests = identity.active_requests;
  subject.device = identity.device.device_id;
  subject.bot_instance_id = identity.bot_instance_id;
  subject.join_token = identity.join_token;
  return subject;
}

Status Locks::Reload() {
  ASSIGN_OR_RETURN(auto locks, ListAllResources<types::LockV2>(backend_, "lock"));
  const std::lock_guard lock(mutex_);
  locks_ = std::make_shared<const std::vector<types::LockV2>>(std::move(locks));
  return {};
}

Status Locks::Check(const LockSubject& subject) const {
  std::shared_ptr<const std::vector<types::LockV2>> locks;
  {
    const std::lock_guard lock(mutex_);
    locks = locks_;
  }
  if (!locks) return Fail(ErrorKind::kAccessDenied, "locks are not known yet");
  const Time now = Now();
  for (const auto& lock : *locks) {
    if (!InForce(lock, now) || !Matches(lock.spec().target(), subject)) continue;
    const std::string& message = lock.spec().message();
    return Fail(ErrorKind::kAccessDenied, "lock targeting {} is in force{}{}", Describe(lock.spec().target()),
                message.empty() ? "" : ": ", message);
  }
  return {};
}

}  // namespace sallyport
