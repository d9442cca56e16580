#include <algorithm>
#include <optional>
#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "libbase/encoding.h"
#include "libbase/time.h"
#include "libresources/codec/codec.h"
#include "libresources/codec/codec_forms.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/header.pb.h"
#include "teleport/legacy/types/wrappers/wrappers.pb.h"

namespace sallyport {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Value OfLabels(const wrappers::LabelValues& labels, JsonForm form) {
  Value map = Value::EmptyMap();
  for (const auto& [key, values] : labels.values()) {
    Value value = Value::Strings({values.values().begin(), values.values().end()});
    if (form == LABELS && values.values_size() == 1) value = Value(values.values(0));
    if (form == TRAITS && values.values_size() == 0) value = Value();
    map.mutable_map().emplace_back(key, std::move(value));
  }
  std::sort(map.mutable_map().begin(), map.mutable_map().end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return map;
}

// The one message that Go writes by hand.
Value OfTunnelStrategy(const types::TunnelStrategyV1& strategy) {
  Value map = Value::EmptyMap();
  if (strategy.has_proxypeering()) {
    map.Set("agent_connection_count", strategy.proxypeering().agentconnectioncount());
    map.Set("type", "proxy_peering");
  } else {
    map.Set("type", "agent_mesh");
  }
  return map;
}

// As protobuf's own JSON has it: 43200s, 1.500s.
std::string SecondsText(const google::protobuf::Duration& duration) {
  if (duration.nanos() == 0) return fmt::format("{}s", duration.seconds());
  return fmt::format("{}.{:09}s", duration.seconds(), duration.nanos());
}

Value OfStruct(const google::protobuf::Struct& fields);

Value OfDynamic(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kBoolValue:
      return Value(value.bool_value());
    case google::protobuf::Value::kNumberValue:
      return Value(value.number_value());
    case google::protobuf::Value::kStringValue:
      return Value(value.string_value());
    case google::protobuf::Value::kStructValue:
      return OfStruct(value.struct_value());
    case google::protobuf::Value::kListValue: {
      Value list = Value::EmptyList();
      for (const auto& item : value.list_value().values()) list.Append(OfDynamic(item));
      return list;
    }
    default:
      return Value();
  }
}

Value OfStruct(const google::protobuf::Struct& fields) {
  Value map = Value::EmptyMap();
  for (const auto& [key, value] : fields.fields()) map.mutable_map().emplace_back(key, OfDynamic(value));
  std::sort(map.mutable_map().begin(), map.mutable_map().end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return map;
}

// Returns a single text for one item, as Go writes it, and null for an empty list.
Value OfStrings(const wrappers::StringValues& strings) {
  if (strings.values().empty()) return Value();
  if (strings.values_size() == 1) return Value(strings.values(0));
  return Value::Strings({strings.values().begin(), strings.values().end()});
}

// Returns the value of a message that is not written as a map of its fields, or nothing.
std::optional<Value> OfWellKnown(const Message& message, const FieldForm& form) {
  if (const auto* labels = dynamic_cast<const wrappers::LabelValues*>(&message)) return OfLabels(*labels, form.form);
  if (const auto* strings = dynamic_cast<const wrappers::StringValues*>(&message)) return OfStrings(*strings);
  if (const auto* fields = dynamic_cast<const google::protobuf::Struct*>(&message)) return OfStruct(*fields);
  if (const auto* flag = dynamic_cast<const types::BoolValue*>(&message)) return Value(flag->value());
  if (const auto* flag = dynamic_cast<const google::protobuf::BoolValue*>(&message)) return Value(flag->value());
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    return Value(FormatTimestamp({.seconds = time->seconds(), .nanos = time->nanos()}));
  }
  if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&message)) {
    if (form.form == DURATION_SECONDS) return Value(SecondsText(*duration));
    return Value(duration->seconds() * 1'000'000'000 + duration->nanos());
  }
  if (const auto* strategy = dynamic_cast<const types::TunnelStrategyV1*>(&message)) {
    return OfTunnelStrategy(*strategy);
  }
  return std::nullopt;
}

// Returns what an unset message that is always written looks like.
Value OfUnset(const Message& prototype, const FieldForm& form) {
  if (form.form == BOOL_OPTION) return Value();
  if (dynamic_cast<const google::protobuf::Timestamp*>(&prototype) != nullptr) {
    return Value(FormatTimestamp({.seconds = kGoZeroSeconds}));
  }
  return OfWellKnown(prototype, form).value_or(EncodeMessage(prototype));
}

// Reads one scalar or message, singular (index < 0) or an item of a list.
class Reader {
 public:
  Reader(const Message& message, const FieldForm& form, int index = -1)
      : message_(message), reflection_(*message.GetReflection()), form_(form), field_(form.field), index_(index) {}

  Value Read() const {
    switch (field_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return Value(index_ < 0 ? reflection_.GetBool(message_, field_)
                                : reflection_.GetRepeatedBool(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_INT32:
        return Value(static_cast<std::int64_t>(index_ < 0 ? reflection_.GetInt32(message_, field_)
                                                          : reflection_.GetRepeatedInt32(message_, field_, index_)));
      case FieldDescriptor::CPPTYPE_INT64:
        return Integer(index_ < 0 ? reflection_.GetInt64(message_, field_)
                                  : reflection_.GetRepeatedInt64(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Value(static_cast<std::int64_t>(index_ < 0 ? reflection_.GetUInt32(message_, field_)
                                                          : reflection_.GetRepeatedUInt32(message_, field_, index_)));
      case FieldDescriptor::CPPTYPE_UINT64:
        return Unsigned(index_ < 0 ? reflection_.GetUInt64(message_, field_)
                                   : reflection_.GetRepeatedUInt64(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Value(static_cast<double>(index_ < 0 ? reflection_.GetFloat(message_, field_)
                                                    : reflection_.GetRepeatedFloat(message_, field_, index_)));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Value(index_ < 0 ? reflection_.GetDouble(message_, field_)
                                : reflection_.GetRepeatedDouble(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumToValue(*field_->enum_type(), index_ < 0
                                                     ? reflection_.GetEnumValue(message_, field_)
                                                     : reflection_.GetRepeatedEnumValue(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(index_ < 0 ? reflection_.GetString(message_, field_)
                               : reflection_.GetRepeatedString(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Nested(index_ < 0 ? reflection_.GetMessage(message_, field_)
                                 : reflection_.GetRepeatedMessage(message_, field_, index_));
    }

    return Value();
  }

 private:
  Value Integer(std::int64_t number) const {
    if (form_.form == DURATION_NANOS) return Value(FormatDuration(Nanoseconds(number)));
    return Value(number);
  }
  static Value Unsigned(std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(INT64_MAX)) return Value(static_cast<double>(number));
    return Value(static_cast<std::int64_t>(number));
  }
  Value Text(std::string text) const {
    if (field_->type() == FieldDescriptor::TYPE_BYTES) return Value(ToBase64(text));
    return Value(std::move(text));
  }
  Value Nested(const Message& nested) const {
    if (auto value = OfWellKnown(nested, form_)) return *std::move(value);
    return EncodeMessage(nested);
  }

  const Message& message_;
  const google::protobuf::Reflection& reflection_;
  const FieldForm& form_;
  const FieldDescriptor* field_;
  int index_;
};

Value OfMap(const Message& message, const FieldForm& form) {
  const auto& reflection = *message.GetReflection();
  const FieldForm key{.field = form.field->message_type()->map_key(), .key = {}};
  const FieldForm value{.field = form.field->message_type()->map_value(), .key = {}};
  Value map = Value::EmptyMap();
  for (int i = 0; i < reflection.FieldSize(message, form.field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, form.field, i);
    map.mutable_map().emplace_back(Reader(entry, key).Read().as_string(), Reader(entry, value).Read());
  }
  std::sort(map.mutable_map().begin(), map.mutable_map().end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return map;
}

std::optional<Value> OfRepeated(const Message& message, const FieldForm& form) {
  const int size = message.GetReflection()->FieldSize(message, form.field);
  if (form.field->is_map()) {
    if (size == 0 && !form.always) return std::nullopt;
    return OfMap(message, form);
  }
  if (size == 0) return form.always ? std::optional(Value()) : std::nullopt;
  if (form.form == STRINGS && size == 1) return Reader(message, form, 0).Read();
  Value list = Value::EmptyList();
  for (int i = 0; i < size; ++i) list.Append(Reader(message, form, i).Read());
  return list;
}

bool IsEmpty(const Value& value) {
  return (value.is_bool() && !value.as_bool()) || (value.is_int() && value.as_int() == 0) ||
         (value.is_double() && value.as_double() == 0) || (value.is_string() && value.as_string().empty()) ||
         (value.is_map() && value.as_map().empty());
}

// Returns whether a field's emptiness decides whether it is written; else its presence does.
bool EmptyIsAbsent(const FieldForm& form) {
  if (form.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return !form.field->has_presence();
  return form.form == LABELS || form.form == TRAITS ||
         form.field->message_type()->full_name() == "google.protobuf.Duration";
}

std::optional<Value> OfField(const Message& message, const FieldForm& form) {
  if (form.field->is_repeated()) return OfRepeated(message, form);
  const auto& reflection = *message.GetReflection();
  if (form.field->has_presence() && !reflection.HasField(message, form.field)) {
    if (!form.always) return std::nullopt;
    if (form.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return OfUnset(reflection.GetMessage(message, form.field), form);
    }
  }

  // Decides emptiness by the number, because the zero of an enum or a duration may be written as a text.
  Value value = Reader(message, form).Read();
  if (form.always || !EmptyIsAbsent(form)) return value;

  const FieldForm plain{.field = form.field, .key = {}};
  if (form.field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return reflection.GetEnumValue(message, form.field) == 0 ? std::nullopt : std::optional(std::move(value));
  }
  const bool empty = form.form == DURATION_NANOS ? IsEmpty(Reader(message, plain).Read()) : IsEmpty(value);
  return empty ? std::nullopt : std::optional(std::move(value));
}

}  // namespace

Value EncodeMessage(const Message& message) {
  Value map = Value::EmptyMap();
  for (const FieldForm& form : FieldFormsOf(*message.GetDescriptor())) {
    if (form.hidden) continue;
    std::optional<Value> value = OfField(message, form);
    if (!value) continue;

    if (form.embedded && value->is_map()) {
      for (auto& entry : value->mutable_map()) map.mutable_map().push_back(std::move(entry));
    } else {
      map.mutable_map().emplace_back(form.key, *std::move(value));
    }
  }
  return map;
}

}  // namespace sallyport
