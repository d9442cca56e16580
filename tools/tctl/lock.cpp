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

struct LockOptions {
  std::string message;
  std::string ttl;
  std::string expires;
  bool force = false;

  std::string user;
  std::string role;
  std::string login;
  std::string mfa_device;
  std::string windows_desktop;
  std::string access_request;
  std::string device;
  std::string server_id;
  std::string bot_instance_id;
  std::string join_token;
};

// An option that names the target of a lock; the field of the target has the same name.
struct TargetRow {
  Option option;
  std::string LockOptions::* value;
  void (types::LockTarget::*set)(const std::string&);
};

template <auto Value>
TargetRow Target(std::string_view name, std::string_view value_name, std::string_view help,
                 void (types::LockTarget::*set)(const std::string&)) {
  return {{.name = name, .value_name = value_name, .help = help, .into = Into<Value>}, Value, set};
}

const TargetRow kTargets[] = {
    Target<&LockOptions::user>("user", "NAME", "User", &types::LockTarget::set_user<const std::string&>),
    Target<&LockOptions::role>("role", "NAME", "Role", &types::LockTarget::set_role<const std::string&>),
    Target<&LockOptions::login>("login", "NAME", "Login on hosts", &types::LockTarget::set_login<const std::string&>),
    Target<&LockOptions::mfa_device>("mfa-device", "UUID", "Second factor of a user",
                                     &types::LockTarget::set_mfadevice<const std::string&>),
    Target<&LockOptions::windows_desktop>("windows-desktop", "NAME", "Windows desktop",
                                          &types::LockTarget::set_windowsdesktop<const std::string&>),
    Target<&LockOptions::access_request>("access-request", "UUID", "Access request",
                                         &types::LockTarget::set_accessrequest<const std::string&>),
    Target<&LockOptions::device>("device", "UUID", "Trusted device",
                                 &types::LockTarget::set_device<const std::string&>),
    Target<&LockOptions::server_id>("server-id", "UUID", "Host", &types::LockTarget::set_serverid<const std::string&>),
    Target<&LockOptions::bot_instance_id>("bot-instance-id", "UUID", "Instance of a bot",
                                          &types::LockTarget::set_botinstanceid<const std::string&>),
    Target<&LockOptions::join_token>("join-token", "NAME", "Join token of bots",
                                     &types::LockTarget::set_jointoken<const std::string&>),
};

Result<std::optional<Time>> LockExpires(const LockOptions& given) {
  if (!given.expires.empty() && !given.ttl.empty()) return Fail(ErrorKind::kUsage, "give --expires or --ttl");
  if (!given.expires.empty()) {
    ASSIGN_OR_RETURN(const Time expires, ParseTime(given.expires));
    return expires;
  }
  if (given.ttl.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(given.ttl));
  if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0");
  return Now() + ttl;
}

Result<types::LockV2> LockOf(const LockOptions& given) {
  auto lock = NewResource<types::LockV2>();
  lock.mutable_metadata()->set_name(RandomUuid());
  lock.mutable_spec()->set_message(given.message);

  bool named = false;
  for (const auto& row : kTargets) {
    const std::string& value = given.*row.value;
    if (value.empty()) continue;
    (lock.mutable_spec()->mutable_target()->*row.set)(value);
    named = true;
  }
  if (!named) {
    return FailWithHint(ErrorKind::kUsage, "the target of the lock is missing",
                        "tctl lock --user=alice --message='on leave'");
  }

  ASSIGN_OR_RETURN(const auto expires, LockExpires(given));
  if (expires && *expires <= Now()) return Fail(ErrorKind::kBadParameter, "the lock would have expired already");
  if (expires) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*expires);
    lock.mutable_spec()->mutable_expires()->set_seconds(seconds.time_since_epoch().count());
    lock.mutable_spec()->mutable_expires()->set_nanos(static_cast<std::int32_t>((*expires - seconds).count()));
  }
  RETURN_IF_ERROR(CheckResource(lock));
  return lock;
}

Result<Output> RunLock(const Invocation& invocation, const LockOptions& given) {
  ASSIGN_OR_RETURN(const types::LockV2 lock, LockOf(given));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  if (!given.force) RETURN_IF_ERROR(CheckLocksOthers(*rpc, lock.spec().target()));
  RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>("/proto.AuthService/UpsertLock", lock));
  return Output::Of(EncodeMessage(lock), [](const Value& written) {
    return fmt::format("Created a lock with name \"{}\".\n", written.Find("metadata")->Find("name")->as_string());
  });
}

}  // namespace

Command LockCommand() {
  Command command{.path = "lock",
                  .summary = "Lock a user, role or host out at once, until the lock expires or is removed",
                  .options = {{.name = "message",
                               .value_name = "TEXT",
                               .help = "Message for locked-out users",
                               .into = Into<&LockOptions::message>},
                              {.name = "ttl",
                               .value_name = "DURATION",
                               .help = "Duration of the lock (default unlimited)",
                               .into = Into<&LockOptions::ttl>},
                              {.name = "expires",
                               .value_name = "TIME",
                               .help = "Time when the lock expires, as 2030-01-31T12:00:00Z",
                               .into = Into<&LockOptions::expires>},
                              kForceOption<&LockOptions::force>},
                  .example = "tctl lock --user=alice --message='on leave' --ttl=10h",
                  .run = RunWith<RunLock>};

  for (const auto& row : kTargets) command.options.push_back(row.option);
  return command;
}

}  // namespace sallyport
