#include "libcluster/auth/resource_file.h"

#include <algorithm>
#include <array>

#include "libbase/file.h"
#include "libbase/log.h"
#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxFileBytes = 10 << 20;

// Kinds in Teleport's backups for features that this cluster does not offer.
constexpr std::array<std::string_view, 3> kWithoutEffect{"health_check_config", "autoupdate_config",
                                                         "autoupdate_version"};

// Teleport's list of join tokens also has users' invite and reset tokens.
bool IsInvite(const Value& value) {
  const Value* const spec = value.Find("spec");
  const Value* const roles = spec == nullptr ? nullptr : spec->Find("roles");
  if (value.Find("kind")->as_string() != "token" || roles == nullptr) return false;
  return std::ranges::any_of(roles->as_list(), [](const Value& role) { return role.as_string() == "Signup"; });
}

bool IsWithoutEffect(const Value& value) {
  const Value* const kind = value.Find("kind");
  if (kind == nullptr) return false;
  return std::ranges::find(kWithoutEffect, kind->as_string()) != kWithoutEffect.end() || IsInvite(value);
}

// Returns the resources of all documents, as they are written in the file.
Result<Value::List> ReadValues(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxFileBytes));
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(text, path));
  Value::List values;
  for (const Value& document : documents) {
    const Value::List one{document};
    for (const Value& value : document.is_list() ? document.as_list() : one) values.push_back(value);
  }
  return values;
}

}  // namespace

Result<std::vector<Resource>> ReadResourceFile(const std::string& path, std::span<const std::string_view> kinds,
                                               std::string_view use) {
  ASSIGN_OR_RETURN(const Value::List values, ReadValues(path));
  std::vector<Error> warnings;
  // Roles from Teleport may have expressions that do not parse.
  const DecodeOptions options{
      .source = path, .as_new = true, .useless_allowances = Strictness::kWarn, .warnings = &warnings};

  std::vector<Resource> resources;
  for (const Value& value : values) {
    if (IsWithoutEffect(value)) {
      Log(LogLevel::kWarning, "a resource of the file is left out: the resource would have no effect in this cluster",
          {{"file", path}, {"kind", value.Find("kind")->as_string()}});
      continue;
    }
    ASSIGN_OR_RETURN(const Resource& resource, DecodeResource(value, options));
    if (std::ranges::find(kinds, resource.kind->kind) == kinds.end()) {
      return FailWithHint(
          ErrorKind::kNotImplemented,
          fmt::format("{}: a file for {} cannot contain a {}", PlaceIn(path, value), use, resource.kind->kind),
          "remove the resource from the file, and write the resource with tctl create when the cluster runs");
    }
    resources.push_back(resource);
  }
  for (const Error& warning : warnings) {
    Log(LogLevel::kWarning, "a part of a role has no effect", {{"reason", warning.message}});
  }
  return resources;
}

}  // namespace sallyport
