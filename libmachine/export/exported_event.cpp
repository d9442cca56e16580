#include "libmachine/export/exported_event.h"

#include <algorithm>
#include <cmath>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libresources/codec/timestamps.h"
#include "libresources/events/event_chain.h"
#include "sallyport/v1/audit.pb.h"
#include "teleport/auditlog/v1/auditlog.pb.h"

namespace sallyport {
namespace {

constexpr double kLargestWhole = 9007199254740992.0;  // 2^53: doubles hold every integer up to it
constexpr int kMostLevels = 64;
constexpr std::string_view kSessionEnds[] = {"session.end", "windows.desktop.session.end", "db.session.end"};
constexpr const char* kChainKey = "chain";

Value ValueOfStruct(const google::protobuf::Struct& fields, int depth);

Value ValueOfPart(const google::protobuf::Value& part, int depth) {
  if (depth > kMostLevels) return {};
  switch (part.kind_case()) {
    case google::protobuf::Value::kNumberValue: {
      const double number = part.number_value();
      const bool whole = std::trunc(number) == number && std::abs(number) <= kLargestWhole;
      return whole ? Value(static_cast<std::int64_t>(number)) : Value(number);
    }
    case google::protobuf::Value::kStringValue:
      return part.string_value();

    case google::protobuf::Value::kBoolValue:
      return part.bool_value();
    case google::protobuf::Value::kStructValue:
      return ValueOfStruct(part.struct_value(), depth + 1);

    case google::protobuf::Value::kListValue: {
      Value list = Value::EmptyList();
      for (const auto& item : part.list_value().values()) list.Append(ValueOfPart(item, depth + 1));
      return list;
    }
    default:
      return {};
  }
}

Value ValueOfStruct(const google::protobuf::Struct& fields, int depth) {
  std::map<std::string, Value> sorted;
  for (const auto& [key, part] : fields.fields()) sorted[key] = ValueOfPart(part, depth);
  Value map = Value::EmptyMap();
  for (auto& [key, value] : sorted) map.Set(key, std::move(value));
  return map;
}

// Takes what the export needs to know out of an event.
void TakeDetails(const Value& fields, ExportedEvent& event) {
  if (event.type == "session.upload") event.uploaded_session = TextAt(fields, "sid");
  const bool ends = std::ranges::find(kSessionEnds, event.type) != std::end(kSessionEnds);
  if (ends && TextAt(fields, "session_recording") != "off") event.ended_session = TextAt(fields, "sid");
  const Value* const success = fields.Find("success");
  if (event.type != "user.login" || (success != nullptr && success->as_bool())) return;
  event.failed_login = TextAt(fields, "login");
  event.failed_user = TextAt(fields, "user");
}

}  // namespace

Result<ExportedEvent> ReadExportedEvent(const teleport::auditlog::v1::EventUnstructured& event) {
  const Value fields = ValueOfStruct(event.unstructured(), 0);
  if (event.type().empty() || fields.as_map().empty()) {
    return Fail(ErrorKind::kBadParameter, "the cluster sent an event without a type or without fields");
  }

  ExportedEvent exported;
  exported.type = event.type();
  exported.id = event.id();
  exported.time = ToTime(event.time()).value_or(Time());
  exported.index = event.index();
  exported.json = ToJson(fields);
  TakeDetails(fields, exported);
  return exported;
}

Result<ExportedEvent> ReadFollowedEvent(const sallyport::v1::FollowedEvent& event, bool with_chain) {
  auto fields = ParseJson(event.json());
  if (!fields) return std::unexpected(InContext("an event of the cluster", fields.error()));

  ExportedEvent exported;
  exported.type = TextAt(*fields, "event");
  exported.id = TextAt(*fields, "uid");
  if (exported.type.empty()) return Fail(ErrorKind::kBadParameter, "the cluster sent an event without a type");
  if (const auto time = ParseTime(TextAt(*fields, "time"))) exported.time = *time;
  if (const Value* index = fields->Find("ei")) exported.index = index->as_int();
  exported.number = event.number();
  exported.committed = ToTime(event.committed()).value_or(Time());
  TakeDetails(*fields, exported);

  if (!with_chain) {
    exported.json = event.json();
    return exported;
  }
  fields->Set(kChainKey, Value(Value::Map{{"number", event.number()},
                                          {"committed", FormatTime(exported.committed)},
                                          {"previous", ToHex(event.previous())},
                                          {"hash", ToHex(event.hash())}}));
  exported.json = ToJson(*fields);
  return exported;
}

Result<ExportedEvent> LeftOutEvent(const ExportedEvent& event) {
  const auto fields = ParseJson(event.json);
  const Value* const chain = fields ? fields->Find(kChainKey) : nullptr;
  if (chain == nullptr) return Fail(ErrorKind::kInternal, "an event has no place in the hash chain");
  Value place = *chain;
  place.Set("digest", ToHex(EventDigest(*fields)));

  ExportedEvent left_out;
  left_out.type = kLeftOutType;
  left_out.id = event.id;
  left_out.time = event.time;
  left_out.number = event.number;
  left_out.committed = event.committed;
  left_out.json = ToJson(Value(Value::Map{
      {"event", left_out.type}, {"uid", event.id}, {"time", TextAt(*fields, "time")}, {kChainKey, std::move(place)}}));
  return left_out;
}

}  // namespace sallyport
