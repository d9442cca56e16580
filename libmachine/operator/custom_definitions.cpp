#include "libmachine/operator/custom_definitions.h"

#include <string_view>

#include <fmt/format.h>

#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_schema.h"

namespace sallyport {
namespace {

// A column that `kubectl get` shows beside the name.
struct DefinitionColumn {
  std::string_view kind;
  std::string_view name;
  std::string_view path;
};
constexpr DefinitionColumn kDefinitionColumns[] = {
    {"TeleportOpenSSHEICEServerV2", "Hostname", ".spec.hostname"},
    {"TeleportOpenSSHEICEServerV2", "Address", ".spec.addr"},
    {"TeleportOpenSSHServerV2", "Hostname", ".spec.hostname"},
    {"TeleportOpenSSHServerV2", "Address", ".spec.addr"},
    {"TeleportProvisionToken", "Join Method", ".spec.join_method"},
    {"TeleportProvisionToken", "System Roles", ".spec.roles"},
    {"TeleportUser", "Roles", ".spec.roles"},
};

// Returns the columns of a kind, or an empty list. Columns of one's own replace the age, so it is added to them.
Value ColumnsOf(std::string_view kind) {
  Value columns = Value::EmptyList();
  for (const DefinitionColumn& row : kDefinitionColumns) {
    if (row.kind != kind) continue;
    columns.Append(Value(Value::Map{{"name", row.name}, {"type", "string"}, {"jsonPath", row.path}}));
  }
  if (columns.as_list().empty()) return columns;
  columns.Append(Value(Value::Map{{"name", "Age"}, {"type", "date"}, {"jsonPath", ".metadata.creationTimestamp"}}));
  return columns;
}

Value NamesOf(const CustomKind& kind) {
  Value names(Value::Map{{"kind", kind.kind},
                         {"listKind", fmt::format("{}List", kind.kind)},
                         {"plural", kind.plural},
                         {"singular", kind.singular}});
  if (!kind.short_names.empty()) {
    Value short_names = Value::EmptyList();
    for (const auto& name : SplitNonEmpty(kind.short_names, ' ')) short_names.Append(Value(name));
    names.Set("shortNames", std::move(short_names));
  }
  return names;
}

Value VersionOf(const CustomKind& kind) {
  Value version(Value::Map{{"name", kind.version},
                           {"served", true},
                           {"storage", kind.stored},
                           {"schema", Value(Value::Map{{"openAPIV3Schema", CustomSchema(kind)}})},
                           {"subresources", Value(Value::Map{{"status", Value::EmptyMap()}})}});
  Value columns = ColumnsOf(kind.kind);
  if (!columns.as_list().empty()) version.Set("additionalPrinterColumns", std::move(columns));
  return version;
}

Value DefinitionOf(const CustomKind& kind) {
  const std::string name = fmt::format("{}.{}", kind.plural, kCustomGroup);
  Value spec(Value::Map{
      {"group", kCustomGroup}, {"names", NamesOf(kind)}, {"scope", "Namespaced"}, {"versions", Value::EmptyList()}});
  return Value(Value::Map{{"apiVersion", "apiextensions.k8s.io/v1"},
                          {"kind", "CustomResourceDefinition"},
                          {"metadata", Value(Value::Map{{"name", name}})},
                          {"spec", std::move(spec)}});
}

}  // namespace

std::vector<Value> CustomDefinitions() {
  std::vector<Value> definitions;
  std::string_view last;
  for (const CustomKind& kind : CustomKinds()) {
    if (kind.kind != last) definitions.push_back(DefinitionOf(kind));
    last = kind.kind;
    definitions.back().Find("spec")->Find("versions")->Append(VersionOf(kind));
  }
  return definitions;
}

std::string CustomDefinitionsYaml() {
  std::string text;
  for (const Value& definition : CustomDefinitions()) text += fmt::format("---\n{}", ToYaml(definition));
  return text;
}

}  // namespace sallyport
