#include "libcluster/auth/audit/audit.h"

#include "libbase/secret.h"
#include "libcluster/auth/audit/event_size.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {
namespace {

// The values of "user_kind" on the wire.
constexpr int kHumanKind = 1;
constexpr int kBotKind = 2;
constexpr int kSystemKind = 3;

}  // namespace

AuditEvent::AuditEvent(const AuditType& type, std::string_view cluster_name)
    : time_(std::chrono::floor<std::chrono::milliseconds>(Now())),
      type_(type.event),
      id_(RandomUuid()),
      fields_(Value::EmptyMap()) {
  fields_.Set("ei", 0);
  fields_.Set("event", type.event);
  fields_.Set("uid", id_);
  fields_.Set("code", type.code);
  fields_.Set("time", FormatTime(time_));
  fields_.Set("cluster_name", cluster_name);
}

AuditEvent& AuditEvent::Add(std::string_view key, Value value) {
  fields_.Set(key, std::move(value));
  return *this;
}

AuditEvent& AuditEvent::At(Time time) {
  time_ = std::chrono::floor<std::chrono::milliseconds>(time);
  fields_.Set("time", FormatTime(time_));
  return *this;
}

AuditEvent& AuditEvent::By(const Caller& caller) {
  const auto& identity = caller.identity;
  if (!identity.username.empty()) Add("user", identity.username);
  const bool system = caller.kind == Caller::Kind::kSystem || caller.kind == Caller::Kind::kAdmin;
  Add("user_kind", system ? kSystemKind : identity.bot_name.empty() ? kHumanKind : kBotKind);
  if (!identity.impersonator.empty()) Add("impersonator", identity.impersonator);
  if (!identity.bot_name.empty()) Add("bot_name", identity.bot_name);
  if (!identity.bot_instance_id.empty()) Add("bot_instance_id", identity.bot_instance_id);
  if (!identity.active_requests.empty()) Add("access_requests", Value::Strings(identity.active_requests));
  if (!caller.remote_address.empty()) Add("addr.remote", caller.remote_address);
  return *this;
}

AuditEvent& AuditEvent::Success(bool success, std::string_view error) {
  Add("success", success);
  if (!error.empty()) Add("error", error);
  return *this;
}

AuditRecord AuditEvent::ToRecord() const {
  EncodedEvent encoded = EncodeEvent(fields_);
  return {time_, type_, id_, std::move(encoded.json), std::move(encoded.digest)};
}

}  // namespace sallyport
