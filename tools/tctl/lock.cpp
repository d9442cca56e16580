#include <google/protobuf/empty.pb.h>

#include "libbase/secret.h"
#include "libbase/time.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/own_access.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

// An option that names what is locked: the field of the target has its name.
struct TargetRow {
  std::string_view option;
  std::string_view value;
  std::string_view help;
  void (types::LockTarget::*set)(const std::string&);
};
const TargetRow kTargets[] = {
    {"user", "NAME", "User", &types::LockTarget::set_user<const std::string&>},
    {"role", "NAME", "Role", &types::LockTarget::set_role<const std::string&>},
    {"login", "NAME", "Login on hosts", &types::LockTarget::set_login<const std::string&>},
    {"mfa-device", "UUID", "Second factor of a user", &types::LockTarget::set_mfadevice<const std::string&>},
    {"windows-desktop", "NAME", "Windows desktop", &types::LockTarget::set_windowsdesktop<const std::string&>},
    {"access-request", "UUID", "Access request", &types::LockTarget::set_accessrequest<const std::string&>},
    {"device", "UUID", "Trusted device", &types::LockTarget::set_device<const std::string&>},
    {"server-id", "UUID", "Host", &types::LockTarget::set_serverid<const std::string&>},
    {"bot-instance-id", "UUID", "Instance of a bot", &types::LockTarget::set_botinstanceid<const std::string&>},
    {"join-token", "NAME", "Join token of bots", &types::LockTarget::set_jointoken<const std::string&>},
};

Result<std::optional<Time>> ExpiresOf(const Invocation& invocation) {
  if (invocation.Has("expires") && invocation.Has("ttl")) return Fail(ErrorKind::kUsage, "give --expires or --ttl");
  if (invocation.Has("expires")) {
    ASSIGN_OR_RETURN(const Time expires, ParseTime(invocation.Get("expires")));
    return expires;
  }
  if (!invocation.Has("ttl")) return std::nullopt;
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(invocation.Get("ttl")));
  if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0");
  return Now() + ttl;
}

Result<types::LockV2> LockOf(const Invocation& invocation) {
  auto lock = NewResource(*FindKind("lock")).as<types::LockV2>();
  lock.mutable_metadata()->set_name(RandomUuid());
  lock.mutable_spec()->set_message(invocation.Get("message"));

  bool named = false;
  for (const auto& row : kTargets) {
    const std::string& value = invocation.Get(row.option);
    if (value.empty()) continue;
    (lock.mutable_spec()->mutable_target()->*row.set)(value);
    named = true;
  }
  if (!named) {
    return FailWithHint(ErrorKind::kUsage, "name what to lock", "tctl lock --user=alice --message='on leave'");
  }

  ASSIGN_OR_RETURN(const auto expires, ExpiresOf(invocation));
  if (expires && *expires <= Now()) return Fail(ErrorKind::kBadParameter, "the lock would be over already");
  if (expires) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*expires);
    lock.mutable_spec()->mutable_expires()->set_seconds(seconds.time_since_epoch().count());
    lock.mutable_spec()->mutable_expires()->set_nanos(static_cast<std::int32_t>((*expires - seconds).count()));
  }
  RETURN_IF_ERROR(CheckResource(lock));
  return lock;
}

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const types::LockV2 lock, LockOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CheckLocksOthers(*rpc, invocation, lock.spec().target()));
  RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>("/proto.AuthService/UpsertLock", lock));
  return Output::Of(EncodeMessage(lock), [](const Value& written) {
    return fmt::format("Created a lock with name \"{}\".\n", written.Find("metadata")->Find("name")->as_string());
  });
}

}  // namespace

Command LockCommand() {
  Command command{.path = "lock",
                  .summary = "Lock somebody or something out, now and until the lock is over or removed",
                  .options = {{"message", '\0', "TEXT", "What those who are locked out are told"},
                              {"ttl", '\0', "DURATION", "How long the lock holds (default for ever)"},
                              {"expires", '\0', "TIME", "When the lock is over, as 2030-01-31T12:00:00Z"},
                              kForceOption},
                  .example = "tctl lock --user=alice --message='on leave' --ttl=10h",
                  .run = Run};
  for (const auto& row : kTargets) command.options.push_back({row.option, '\0', row.value, row.help});
  return command;
}

}  // namespace sallyport
