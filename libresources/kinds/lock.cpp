#include "libresources/kinds/lock.h"

#include <google/protobuf/descriptor.h>

#include "libresources/codec/codec.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

const types::LockV2& AsLock(const google::protobuf::Message& resource) {
  return static_cast<const types::LockV2&>(resource);
}

std::string Target(const google::protobuf::Message& resource) {
  const Value target = EncodeMessage(AsLock(resource).spec().target());
  std::string text;
  for (const auto& [key, value] : target.as_map()) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : " ", key, value.as_string());
  }
  return text;
}

std::string Reason(const google::protobuf::Message& resource) { return AsLock(resource).spec().message(); }

std::string Expires(const google::protobuf::Message& resource) {
  const types::LockSpecV2& spec = AsLock(resource).spec();
  if (!spec.has_expires()) return "never";
  return FormatTimestamp({.seconds = spec.expires().seconds(), .nanos = 0});
}

constexpr TextColumn kLockColumns[] = {
    {"ID", &NameOf}, {"Target", &Target}, {"Message", &Reason}, {"Expires", &Expires}};

// A lock needs at least one target. Fails with kBadParameter.
Status CheckLock(google::protobuf::Message& resource) {
  if (EncodeMessage(AsLock(resource).spec().target()).as_map().empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.target is empty: a lock needs a target",
                        "set one of user, role, login, mfa_device, windows_desktop, access_request, device, server_id, "
                        "bot_instance_id, join_token");
  }
  return {};
}

}  // namespace

KindRow LockKind() {
  return {
      .kind = "lock",
      .aliases = "locks",
      .versions = "v2",
      .prototype = &Prototype<types::LockV2>,
      .check = &CheckLock,
      .columns = kLockColumns,
  };
}

bool LockInForce(const types::LockV2& lock, Time now) {
  if (!lock.spec().has_expires()) return true;
  const auto& expires = lock.spec().expires();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const std::int64_t now_seconds = seconds.time_since_epoch().count();
  if (now_seconds != expires.seconds()) return now_seconds < expires.seconds();
  return (now - seconds).count() < expires.nanos();
}

bool LockMatches(const types::LockTarget& lock, const types::LockTarget& asked) {
  const auto& reflection = *asked.GetReflection();
  bool any = false;
  for (int i = 0; i < asked.GetDescriptor()->field_count(); ++i) {
    const auto* const field = asked.GetDescriptor()->field(i);
    const std::string wanted = reflection.GetString(asked, field);
    if (wanted.empty()) continue;
    if (reflection.GetString(lock, field) != wanted) return false;
    any = true;
  }
  return any;
}

}  // namespace sallyport
