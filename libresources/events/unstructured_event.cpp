#include "libresources/events/unstructured_event.h"

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/time.h"
#include "libbase/value_fields.h"
#include "libresources/codec/codec.h"
#include "libresources/events/session_event.h"
#include "teleport/auditlog/v1/auditlog.pb.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kUnknownType = "unknown";
constexpr std::string_view kUnknownCode = "TCC00E";

}  // namespace

Status SetUnstructured(const Value& event, teleport::auditlog::v1::EventUnstructured& message) {
  message.set_type(TextAt(event, "event"));
  message.set_id(TextAt(event, "uid"));
  if (message.id().empty()) message.set_id(ToHex(Sha256(ToJson(event))));
  if (const std::string time = TextAt(event, "time"); !time.empty()) {
    ASSIGN_OR_RETURN(const Timestamp stamp, ParseTimestamp(time));
    message.mutable_time()->set_seconds(stamp.seconds);
    message.mutable_time()->set_nanos(stamp.nanos);
  }
  const Value* const index = event.Find("ei");
  message.set_index(index == nullptr ? 0 : index->as_int());
  SetStruct(event, *message.mutable_unstructured());
  return {};
}

Value RecordedEventToValue(const events::OneOf& event) {
  Value value = EventToValue(event);
  if (event.has_sessionprint()) value.Set("data", ToBase64(event.sessionprint().data()));
  return value;
}

Result<events::OneOf> AnyEventFromValue(const Value& event) {
  if (auto known = EventFromValue(event)) return known;

  events::OneOf message;
  auto& unknown = *message.mutable_unknown();
  const DecodeOptions options{.source = "event", .unknown_fields = Strictness::kIgnore};
  RETURN_IF_ERROR(DecodeMessage(event, options, *unknown.mutable_metadata()));
  unknown.mutable_metadata()->set_type(std::string(kUnknownType));
  unknown.mutable_metadata()->set_code(std::string(kUnknownCode));
  unknown.set_unknowntype(TextAt(event, "event"));
  unknown.set_unknowncode(TextAt(event, "code"));
  unknown.set_data(ToJson(event));
  return message;
}

}  // namespace sallyport
