#include "libresources/events/session_event.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "libresources/codec/codec.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

struct EventKind {
  std::string_view type;
  int field;  // the field number in events.OneOf
};
using events::OneOf;
constexpr EventKind kEventKinds[] = {
    {"auth", OneOf::kAuthAttemptFieldNumber},
    {"client.disconnect", OneOf::kClientDisconnectFieldNumber},
    {"db.session.end", OneOf::kDatabaseSessionEndFieldNumber},
    {"exec", OneOf::kExecFieldNumber},
    {"port", OneOf::kPortForwardFieldNumber},
    {"print", OneOf::kSessionPrintFieldNumber},
    {"resize", OneOf::kResizeFieldNumber},
    {"scp", OneOf::kSCPFieldNumber},
    {"session.command", OneOf::kSessionCommandFieldNumber},
    {"session.connect", OneOf::kSessionConnectFieldNumber},
    {"session.data", OneOf::kSessionDataFieldNumber},
    {"session.disk", OneOf::kSessionDiskFieldNumber},
    {"session.end", OneOf::kSessionEndFieldNumber},
    {"session.join", OneOf::kSessionJoinFieldNumber},
    {"session.leave", OneOf::kSessionLeaveFieldNumber},
    {"session.network", OneOf::kSessionNetworkFieldNumber},
    {"session.rejected", OneOf::kSessionRejectFieldNumber},
    {"session.start", OneOf::kSessionStartFieldNumber},
    {"session.upload", OneOf::kSessionUploadFieldNumber},
    {"sftp", OneOf::kSFTPFieldNumber},
    {"sftp_summary", OneOf::kSFTPSummaryFieldNumber},
    {"subsystem", OneOf::kSubsystemFieldNumber},
    {"windows.desktop.session.end", OneOf::kWindowsDesktopSessionEndFieldNumber},
    {"x11", OneOf::kX11ForwardFieldNumber},
};

// The message of an event, or nullptr.
const google::protobuf::FieldDescriptor* EventKindOf(const OneOf& event) {
  return event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
}

}  // namespace

Result<OneOf> EventFromValue(const Value& event) {
  const Value* const type = event.Find("event");
  const std::string name = type == nullptr ? "" : type->as_string();
  const auto* const kind = std::ranges::find(kEventKinds, name, &EventKind::type);
  if (kind == std::end(kEventKinds)) {
    return Fail(ErrorKind::kNotImplemented, "recordings of events of type \"{}\" are not implemented", name);
  }
  OneOf message;
  const auto* const field = message.GetDescriptor()->FindFieldByNumber(kind->field);
  google::protobuf::Message& inner = *message.GetReflection()->MutableMessage(&message, field);
  RETURN_IF_ERROR(DecodeMessage(event, {.source = "event", .unknown_fields = Strictness::kIgnore}, inner));
  return message;
}

Value EventToValue(const OneOf& event) {
  const auto* const kind = EventKindOf(event);
  return kind == nullptr ? Value::EmptyMap() : EncodeMessage(event.GetReflection()->GetMessage(event, kind));
}

const events::Metadata* MetadataOf(const OneOf& event) {
  const auto* const kind = EventKindOf(event);
  if (kind == nullptr) return nullptr;
  const google::protobuf::Message& inner = event.GetReflection()->GetMessage(event, kind);
  const auto* const field = inner.GetDescriptor()->FindFieldByName("Metadata");
  return static_cast<const events::Metadata*>(&inner.GetReflection()->GetMessage(inner, field));
}

events::Metadata* MutableMetadataOf(OneOf& event) {
  const auto* const kind = EventKindOf(event);
  if (kind == nullptr) return nullptr;
  google::protobuf::Message& inner = *event.GetReflection()->MutableMessage(&event, kind);
  const auto* const field = inner.GetDescriptor()->FindFieldByName("Metadata");
  return static_cast<events::Metadata*>(inner.GetReflection()->MutableMessage(&inner, field));
}

}  // namespace sallyport
