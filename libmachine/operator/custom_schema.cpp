#include "libmachine/operator/custom_schema.h"

#include <algorithm>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "libresources/codec/codec_forms.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The fields of a message that custom resources cannot have: the cluster writes them, or they have no effect.
struct LeftOutField {
  std::string_view type;
  std::string_view key;
};
constexpr LeftOutField kLeftOutFields[] = {
    {"types.UserSpecV2", "local_auth"},
    {"types.UserSpecV2", "expires"},
    {"types.UserSpecV2", "created_by"},
    {"types.UserSpecV2", "status"},
    {"types.GithubConnectorSpecV3", "teams_to_logins"},
    {"types.ServerSpecV2", "cmd_labels"},
    {"types.TrustedClusterSpecV2", "roles"},
};

// The schemas of messages that are not written as maps of their fields.
struct MessageForm {
  std::string_view type;
  Value (*schema)();
};

Value Typed(std::string_view type, std::string_view format = {}) {
  Value schema(Value::Map{{"type", Value(type)}});
  if (!format.empty()) schema.Set("format", Value(format));
  return schema;
}

Value ListOf(Value items) {
  return Value(Value::Map{{"type", "array"}, {"items", std::move(items)}, {"nullable", true}});
}

Value MapOf(Value values) { return Value(Value::Map{{"type", "object"}, {"additionalProperties", std::move(values)}}); }

Value ListOfTexts() { return Value(Value::Map{{"type", "array"}, {"items", Typed("string")}}); }

constexpr MessageForm kMessageForms[] = {
    {"types.BoolValue", [] { return Typed("boolean"); }},
    {"google.protobuf.BoolValue", [] { return Typed("boolean"); }},
    {"google.protobuf.Timestamp", [] { return Typed("string", "date-time"); }},
    {"google.protobuf.Duration", [] { return Typed("string", "duration"); }},
    {"google.protobuf.Struct", [] { return MapOf(Value(true)); }},
    {"wrappers.StringValues", [] { return ListOf(Typed("string")); }},
};

bool IsLeftOut(const Descriptor& type, std::string_view key) {
  return std::ranges::any_of(kLeftOutFields,
                             [&](const LeftOutField& row) { return row.type == type.full_name() && row.key == key; });
}

Value MessageSchema(const Descriptor& type);

// A text or a list of texts cannot be said in a schema that is checked: the values of labels are not described.
Value LabelsSchema(JsonForm form) {
  if (form != LABELS) return MapOf(ListOfTexts());
  return MapOf(Value(Value::Map{{"x-kubernetes-preserve-unknown-fields", true}}));
}

Value NestedSchema(const FieldForm& form) {
  const Descriptor& type = *form.field->message_type();
  if (type.full_name() == "wrappers.LabelValues") return LabelsSchema(form.form);
  for (const MessageForm& row : kMessageForms) {
    if (row.type == type.full_name()) return row.schema();
  }

  Value schema = MessageSchema(type);
  schema.Set("nullable", true);
  return schema;
}

// Returns the schema of one value of a field.
Value OneSchema(const FieldForm& form) {
  switch (form.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return NestedSchema(form);
    case FieldDescriptor::CPPTYPE_BOOL:
      return Typed("boolean");
    case FieldDescriptor::CPPTYPE_ENUM:
      return Value(Value::Map{{"x-kubernetes-int-or-string", true}});
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return Typed("integer", "int32");

    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return form.form == DURATION_NANOS ? Typed("string", "duration") : Typed("integer", "int64");
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Typed("number");
    case FieldDescriptor::CPPTYPE_STRING:
      return Typed("string");
  }
  return Typed("object");
}

Value FieldSchema(const FieldForm& form) {
  if (form.field->is_map()) {
    Value schema = MapOf(OneSchema({.field = form.field->message_type()->map_value(), .key = {}}));
    schema.Set("nullable", true);
    return schema;
  }
  return form.field->is_repeated() ? ListOf(OneSchema(form)) : OneSchema(form);
}

void AddProperties(const Descriptor& type, Value& properties) {
  for (const FieldForm& form : FieldFormsOf(type)) {
    if (form.embedded) {
      AddProperties(*form.field->message_type(), properties);
    } else if (!form.hidden && !IsLeftOut(type, form.key)) {
      properties.Set(form.key, FieldSchema(form));
    }
  }
}

Value MessageSchema(const Descriptor& type) {
  Value properties = Value::EmptyMap();
  AddProperties(type, properties);
  return Value(Value::Map{{"type", "object"}, {"properties", std::move(properties)}});
}

// Returns the schema of a condition of Kubernetes, with the bounds that its API conventions give.
Value ConditionSchema() {
  Value state = Typed("string");
  state.Set("enum", Value::Strings({"True", "False", "Unknown"}));
  Value reason = Typed("string");
  reason.Set("maxLength", 1024);
  reason.Set("minLength", 1);
  reason.Set("pattern", "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");

  Value message = Typed("string");
  message.Set("maxLength", 32768);
  Value type = Typed("string");
  type.Set("maxLength", 316);
  type.Set("pattern",
           "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
           "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$");
  Value generation = Typed("integer", "int64");
  generation.Set("minimum", 0);

  Value properties(Value::Map{{"lastTransitionTime", Typed("string", "date-time")},
                              {"message", std::move(message)},
                              {"observedGeneration", std::move(generation)},
                              {"reason", std::move(reason)},
                              {"status", std::move(state)},
                              {"type", std::move(type)}});
  return Value(Value::Map{{"type", "object"},
                          {"properties", std::move(properties)},
                          {"required", Value::Strings({"lastTransitionTime", "message", "reason", "status", "type"})}});
}

Value StatusSchema() {
  Value conditions(Value::Map{{"type", "array"}, {"items", ConditionSchema()}});
  return Value(Value::Map{{"description", "State of the resource in the cluster, written by the operator"},
                          {"type", "object"},
                          {"properties", Value(Value::Map{{"conditions", std::move(conditions)},
                                                          {"teleportResourceID", Typed("integer", "int64")}})}});
}

Value SpecSchema(const CustomKind& kind) {
  const KindRow* const row = FindKind(kind.teleport_kind);
  const FieldForm* const spec =
      row == nullptr ? nullptr : FindField(*row->prototype().GetDescriptor(), "spec", /*any_case=*/false);
  if (spec == nullptr) return Typed("object");

  Value schema = MessageSchema(*spec->field->message_type());
  schema.Set("description", fmt::format("spec of a {} {} of the cluster", kind.teleport_kind, kind.teleport_version));
  return schema;
}

}  // namespace

Value CustomSchema(const CustomKind& kind) {
  return Value(Value::Map{{"type", "object"},
                          {"properties", Value(Value::Map{{"apiVersion", Typed("string")},
                                                          {"kind", Typed("string")},
                                                          {"metadata", Typed("object")},
                                                          {"spec", SpecSchema(kind)},
                                                          {"status", StatusSchema()}})}});
}

}  // namespace sallyport
