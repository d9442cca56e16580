#include <cmath>
#include <limits>
#include <variant>

#include <fmt/ranges.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/time.h"
#include "libbase/value_fields.h"
#include "libresources/codec/codec.h"
#include "libresources/codec/codec_forms.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/header.pb.h"
#include "teleport/legacy/types/wrappers/wrappers.pb.h"

namespace sallyport {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A key that older versions wrote; it has no effect and is accepted only with its fixed value.
struct RetiredKey {
  std::string_view type;
  std::string_view key;
  std::string_view only_value;  // empty: any value
};
constexpr RetiredKey kRetiredKeys[] = {
    {"types.Metadata", "id", ""},
    {"types.Metadata", "namespace", "default"},
    {"teleport.header.v1.Metadata", "namespace", "default"},
    {"types.RoleConditions", "namespaces", "default"},
};

using Scalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

std::string Shown(const Value& value) {
  if (value.is_string()) return fmt::format("\"{}\"", StripControl(value.as_string()));
  if (!value.source_text().empty()) return fmt::format("{} {}", TypeName(value), StripControl(value.source_text()));
  if (value.is_int()) return fmt::format("a number {}", value.as_int());
  return std::string(TypeName(value));
}

std::string Joined(const std::string& path, std::string_view key) {
  return path.empty() ? StripControl(key) : fmt::format("{}.{}", path, StripControl(key));
}

bool IsDefaultNamespace(const Value& value) {
  if (value.is_list()) {
    for (const Value& item : value.as_list()) {
      if (item.as_string() != "*" && !IsDefaultNamespace(item)) return false;
    }
    return true;
  }
  return value.is_null() || (value.is_string() && (value.as_string().empty() || value.as_string() == "default"));
}

class Decoder {
 public:
  explicit Decoder(const DecodeOptions& options) : options_(options) {}

  Status Fill(const Value& value, const std::string& path, Message& message) {
    if (!value.is_map()) return Wrong(value, path, "a map");
    for (const auto& [key, item] : value.as_map()) {
      const FieldForm* form = FindField(*message.GetDescriptor(), key, options_.unknown_fields != Strictness::kStrict);
      if (form == nullptr) {
        RETURN_IF_ERROR(Unknown(key, item, path, *message.GetDescriptor()));
        continue;
      }

      if (item.is_null()) continue;
      if (form->embedded) {
        Value part = Value::EmptyMap();
        part.set_place(value.place());
        part.Set(key, item);
        RETURN_IF_ERROR(Fill(part, path, *message.GetReflection()->MutableMessage(&message, form->field)));
        continue;
      }

      RETURN_IF_ERROR(Field(item, Joined(path, key), *form, message));
    }
    return {};
  }

 private:
  std::unexpected<Error> At(const Value& value, std::string reason, std::string hint = {}) const {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", PlaceIn(options_.source, value), reason),
                        std::move(hint));
  }

  std::unexpected<Error> Wrong(const Value& value, const std::string& path, std::string_view wanted,
                               std::string hint = {}) const {
    const std::string name = path.empty() ? "the resource" : path;
    return At(value, fmt::format("{} must be {}, not {}", name, wanted, Shown(value)), std::move(hint));
  }

  Status Unknown(const std::string& key, const Value& item, const std::string& path,
                 const google::protobuf::Descriptor& type) const {
    for (const RetiredKey& row : kRetiredKeys) {
      if (row.type != type.full_name() || row.key != key) continue;
      if (row.only_value.empty() || IsDefaultNamespace(item)) return {};
      return At(item, fmt::format("{} can only be \"default\"", Joined(path, key)),
                "remove the field: namespaces are no longer supported");
    }
    std::string hint;
    const std::vector<std::string> keys = KeysOf(type);
    if (const auto meant = DidYouMean(key, keys)) {
      hint = fmt::format("did you mean \"{}\"?", *meant);
    } else if (keys.size() <= 12) {
      hint = fmt::format("fields here: {}", fmt::join(keys, ", "));
    }
    auto unknown = At(item, fmt::format("unknown field \"{}\"", Joined(path, key)), std::move(hint));
    return Tolerate(options_, options_.unknown_fields, std::move(unknown.error()));
  }

  Status Field(const Value& value, const std::string& path, const FieldForm& form, Message& message) {
    const FieldDescriptor& field = *form.field;
    if (field.is_map()) return MapField(value, path, form, message);
    if (!field.is_repeated()) return One(value, path, form, message);
    if (form.form == STRINGS && !value.is_list()) return One(value, path, form, message);
    if (!value.is_list()) {
      const bool scalar = !value.is_map();
      return Wrong(value, path, "a list", scalar ? "write it in brackets, or on its own line after \"- \"" : "");
    }

    int index = 0;
    for (const Value& item : value.as_list()) {
      const std::string item_path = fmt::format("{}[{}]", path, index++);
      if (item.is_null()) return Wrong(item, item_path, "a value");
      RETURN_IF_ERROR(One(item, item_path, form, message));
    }
    return {};
  }

  Status MapField(const Value& value, const std::string& path, const FieldForm& form, Message& message) {
    if (!value.is_map()) return Wrong(value, path, "a map");
    const FieldForm inner{.field = form.field->message_type()->map_value(), .key = {}};
    for (const auto& [key, item] : value.as_map()) {
      Message* const entry = message.GetReflection()->AddMessage(&message, form.field);
      entry->GetReflection()->SetString(entry, form.field->message_type()->map_key(), key);
      const bool text = inner.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
      if (text && !item.is_string()) return Wrong(item, Joined(path, key), "a string", QuoteHint(item));
      RETURN_IF_ERROR(One(item, Joined(path, key), inner, *entry));
    }
    return {};
  }

  static std::string QuoteHint(const Value& value) {
    if (value.source_text().empty() || value.is_null()) return "";
    return fmt::format("quote it: \"{}\"", StripControl(value.source_text()));
  }

  // Reads a scalar or a message and sets it, or appends it to a list.
  Status One(const Value& value, const std::string& path, const FieldForm& form, Message& message) {
    const FieldDescriptor* const field = form.field;
    const auto& reflection = *message.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message* const inner =
          field->is_repeated() ? reflection.AddMessage(&message, field) : reflection.MutableMessage(&message, field);
      return Nested(value, path, form, *inner);
    }
    ASSIGN_OR_RETURN(const Scalar scalar, ScalarOf(value, path, form));
    Store(scalar, *field, message);
    return {};
  }

  Result<Scalar> ScalarOf(const Value& value, const std::string& path, const FieldForm& form) const {
    switch (form.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return Bool(value, path);

      case FieldDescriptor::CPPTYPE_INT32:
        return Integer(value, path, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
      case FieldDescriptor::CPPTYPE_UINT32:
        return Integer(value, path, 0, std::numeric_limits<std::uint32_t>::max());
      case FieldDescriptor::CPPTYPE_INT64:
        if (form.form == DURATION_NANOS) return Duration(value, path);
        return Integer(value, path, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
      case FieldDescriptor::CPPTYPE_UINT64:
        return Integer(value, path, 0, std::numeric_limits<std::int64_t>::max());

      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        if (!value.is_int() && !value.is_double()) return Wrong(value, path, "a number");
        return Scalar(value.as_double());
      case FieldDescriptor::CPPTYPE_ENUM:
        return Enum(value, path, *form.field->enum_type());
      default:
        return form.field->type() == FieldDescriptor::TYPE_BYTES ? Bytes(value, path) : Text(value, path);
    }
  }

  Result<Scalar> Bool(const Value& value, const std::string& path) const {
    if (value.is_bool()) return Scalar(value.as_bool());
    const bool quoted = value.is_string() && BoolFromText(value.as_string());
    return Wrong(value, path, "true or false", quoted ? "remove the quotes" : "");
  }

  Result<Scalar> Integer(const Value& value, const std::string& path, std::int64_t low, std::int64_t high) const {
    std::int64_t number = value.as_int();
    if (value.is_double()) {
      if (value.as_double() != std::floor(value.as_double()) || std::abs(value.as_double()) > 9e15) {
        return Wrong(value, path, "a whole number");
      }
      number = static_cast<std::int64_t>(value.as_double());
    } else if (!value.is_int()) {
      return Wrong(value, path, "a whole number");
    }

    if (number < low || number > high) {
      return At(value, fmt::format("{} must be between {} and {}, not {}", path, low, high, number));
    }
    return Scalar(number);
  }

  Result<Scalar> Duration(const Value& value, const std::string& path) const {
    if (value.is_int() && value.as_int() == 0) return Scalar(std::int64_t{0});
    constexpr std::string_view kHint = "write it with units, such as 8h, 1h30m or 7d";
    if (!value.is_string()) return Wrong(value, path, "a duration", std::string(kHint));
    const auto duration = ParseDuration(value.as_string());
    if (!duration) return At(value, fmt::format("{}: {}", path, duration.error().message), std::string(kHint));
    return Scalar(static_cast<std::int64_t>(duration->count()));
  }

  Result<Scalar> Enum(const Value& value, const std::string& path, const google::protobuf::EnumDescriptor& type) const {
    if (const auto number = EnumFromValue(type, value)) return Scalar(static_cast<std::int64_t>(*number));
    const std::vector<std::string> texts = EnumTexts(type);
    const std::string wanted = texts.empty() ? "a known number" : fmt::format("one of {}", fmt::join(texts, ", "));
    return Wrong(value, path, wanted);
  }

  Result<Scalar> Text(const Value& value, const std::string& path) const {
    if (value.is_string()) {
      if (!IsValidUtf8(value.as_string())) return At(value, fmt::format("{} is not UTF-8", path));
      return Scalar(value.as_string());
    }
    if ((value.is_bool() || value.is_int() || value.is_double()) && !value.source_text().empty()) {
      return Scalar(value.source_text());
    }
    return Wrong(value, path, "a string");
  }

  Result<Scalar> Bytes(const Value& value, const std::string& path) const {
    if (!value.is_string()) return Wrong(value, path, "base64 text");
    auto bytes = FromBase64(value.as_string());
    if (!bytes) return At(value, fmt::format("{} is not base64: {}", path, bytes.error().message));
    return Scalar(*std::move(bytes));
  }

  static void Store(const Scalar& scalar, const FieldDescriptor& field, Message& message);

  Status Nested(const Value& value, const std::string& path, const FieldForm& form, Message& message) {
    if (auto* flag = dynamic_cast<types::BoolValue*>(&message)) return BoolOption(value, path, *flag);
    if (auto* flag = dynamic_cast<google::protobuf::BoolValue*>(&message)) {
      ASSIGN_OR_RETURN(const Scalar scalar, Bool(value, path));
      flag->set_value(std::get<bool>(scalar));
      return {};
    }

    if (auto* labels = dynamic_cast<wrappers::LabelValues*>(&message)) {
      return LabelMap(value, path, form.form, *labels);
    }
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) return TimeOf(value, path, *time);
    if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&message)) {
      return ProtoDuration(value, path, *duration);
    }

    if (auto* strings = dynamic_cast<wrappers::StringValues*>(&message)) return Strings(value, path, *strings);
    if (auto* fields = dynamic_cast<google::protobuf::Struct*>(&message)) return Dynamic(value, path, *fields);
    if (auto* strategy = dynamic_cast<types::TunnelStrategyV1*>(&message)) {
      return TunnelStrategy(value, path, *strategy);
    }

    return Fill(value, path, message);
  }

  Status BoolOption(const Value& value, const std::string& path, types::BoolValue& flag) const {
    std::optional<bool> on;
    if (value.is_bool()) on = value.as_bool();
    if (value.is_string()) on = BoolFromText(value.as_string());
    if (value.is_int() && (value.as_int() == 0 || value.as_int() == 1)) on = value.as_int() == 1;
    if (!on) return Wrong(value, path, "true or false");
    flag.set_value(*on);
    return {};
  }

  Status LabelMap(const Value& value, const std::string& path, JsonForm form, wrappers::LabelValues& labels) const {
    if (!value.is_map()) return Wrong(value, path, "a map");
    for (const auto& [key, item] : value.as_map()) {
      const std::string item_path = Joined(path, key);
      auto& values = (*labels.mutable_values())[key];
      if (item.is_null() && form == TRAITS) continue;
      if (item.is_string() && form == LABELS) {
        values.add_values(item.as_string());
        continue;
      }

      if (!item.is_list()) {
        if (form == TRAITS) return Wrong(item, item_path, "a list of strings", "write it in brackets");
        return Wrong(item, item_path, "a string or a list of strings", QuoteHint(item));
      }
      for (const Value& text : item.as_list()) {
        if (!text.is_string()) return Wrong(text, item_path, "a list of strings", QuoteHint(text));
        values.add_values(text.as_string());
      }
    }
    return {};
  }

  Status Strings(const Value& value, const std::string& path, wrappers::StringValues& strings) const {
    if (value.is_string()) {
      strings.add_values(value.as_string());
      return {};
    }
    if (!value.is_list()) return Wrong(value, path, "a string or a list of strings", QuoteHint(value));
    for (const Value& text : value.as_list()) {
      if (!text.is_string()) return Wrong(text, path, "a list of strings", QuoteHint(text));
      strings.add_values(text.as_string());
    }
    return {};
  }

  // Reads a map of any values.
  Status Dynamic(const Value& value, const std::string& path, google::protobuf::Struct& fields) const {
    if (!value.is_map()) return Wrong(value, path, "a map");
    SetStruct(value, fields);
    return {};
  }

  Status TimeOf(const Value& value, const std::string& path, google::protobuf::Timestamp& time) const {
    if (!value.is_string()) return Wrong(value, path, "a time", "write it as 2026-11-22T08:30:00Z");
    const auto timestamp = ParseTimestamp(value.as_string());
    if (!timestamp) return At(value, fmt::format("{}: {}", path, timestamp.error().message), timestamp.error().hint);
    time.set_seconds(timestamp->seconds);
    time.set_nanos(timestamp->nanos);
    return {};
  }

  // Go reads and writes this duration as a number of nanoseconds; people write 10m.
  Status ProtoDuration(const Value& value, const std::string& path, google::protobuf::Duration& duration) const {
    std::int64_t nanos = value.as_int();
    if (!value.is_int()) {
      ASSIGN_OR_RETURN(const Scalar scalar, Duration(value, path));
      nanos = std::get<std::int64_t>(scalar);
    }
    duration.set_seconds(nanos / 1'000'000'000);
    duration.set_nanos(static_cast<std::int32_t>(nanos % 1'000'000'000));
    return {};
  }

  Status TunnelStrategy(const Value& value, const std::string& path, types::TunnelStrategyV1& strategy) {
    if (!value.is_map()) return Wrong(value, path, "a map");
    const Value* const type = value.Find("type");
    const std::string name = type == nullptr ? "" : type->as_string();
    if (name != "agent_mesh" && name != "proxy_peering") {
      return At(value, fmt::format("{}.type must be agent_mesh or proxy_peering", path));
    }
    Value rest = value;
    rest.Remove("type");
    if (name == "agent_mesh") return Fill(rest, path, *strategy.mutable_agentmesh());
    return Fill(rest, path, *strategy.mutable_proxypeering());
  }

  const DecodeOptions& options_;
};

void Decoder::Store(const Scalar& scalar, const FieldDescriptor& field, Message& message) {
  const auto& reflection = *message.GetReflection();
  const auto integer = [&scalar] { return std::get<std::int64_t>(scalar); };
  const bool list = field.is_repeated();

  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return list ? reflection.AddBool(&message, &field, std::get<bool>(scalar))
                  : reflection.SetBool(&message, &field, std::get<bool>(scalar));
    case FieldDescriptor::CPPTYPE_INT32:
      return list ? reflection.AddInt32(&message, &field, static_cast<std::int32_t>(integer()))
                  : reflection.SetInt32(&message, &field, static_cast<std::int32_t>(integer()));
    case FieldDescriptor::CPPTYPE_UINT32:
      return list ? reflection.AddUInt32(&message, &field, static_cast<std::uint32_t>(integer()))
                  : reflection.SetUInt32(&message, &field, static_cast<std::uint32_t>(integer()));
    case FieldDescriptor::CPPTYPE_INT64:
      return list ? reflection.AddInt64(&message, &field, integer()) : reflection.SetInt64(&message, &field, integer());
    case FieldDescriptor::CPPTYPE_UINT64:
      return list ? reflection.AddUInt64(&message, &field, static_cast<std::uint64_t>(integer()))
                  : reflection.SetUInt64(&message, &field, static_cast<std::uint64_t>(integer()));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return list ? reflection.AddFloat(&message, &field, static_cast<float>(std::get<double>(scalar)))
                  : reflection.SetFloat(&message, &field, static_cast<float>(std::get<double>(scalar)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return list ? reflection.AddDouble(&message, &field, std::get<double>(scalar))
                  : reflection.SetDouble(&message, &field, std::get<double>(scalar));
    case FieldDescriptor::CPPTYPE_ENUM:
      return list ? reflection.AddEnumValue(&message, &field, static_cast<int>(integer()))
                  : reflection.SetEnumValue(&message, &field, static_cast<int>(integer()));
    case FieldDescriptor::CPPTYPE_STRING:
      return list ? reflection.AddString(&message, &field, std::get<std::string>(scalar))
                  : reflection.SetString(&message, &field, std::get<std::string>(scalar));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;
  }
}

void SetDynamic(const Value& value, google::protobuf::Value& to) {
  if (value.is_null()) return to.set_null_value(google::protobuf::NULL_VALUE);
  if (value.is_bool()) return to.set_bool_value(value.as_bool());
  if (value.is_int()) return to.set_number_value(static_cast<double>(value.as_int()));
  if (value.is_double()) return to.set_number_value(value.as_double());
  if (value.is_string()) return to.set_string_value(value.as_string());
  // An empty list or map is set too: Go's decoder refuses a value in which nothing is set.
  if (value.is_list()) {
    auto& list = *to.mutable_list_value();
    for (const Value& item : value.as_list()) SetDynamic(item, *list.add_values());
    return;
  }
  SetStruct(value, *to.mutable_struct_value());
}

}  // namespace

Status Tolerate(const DecodeOptions& options, Strictness strictness, Error error) {
  if (strictness == Strictness::kStrict) return std::unexpected(std::move(error));
  if (strictness == Strictness::kWarn && options.warnings != nullptr) options.warnings->push_back(std::move(error));
  return {};
}

void SetStruct(const Value& map, google::protobuf::Struct& fields) {
  for (const auto& [key, item] : map.as_map()) SetDynamic(item, (*fields.mutable_fields())[key]);
}

Status DecodeMessage(const Value& value, const DecodeOptions& options, Message& message) {
  return Decoder(options).Fill(value, "", message);
}

}  // namespace sallyport
