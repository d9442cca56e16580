#include "libresources/access/role.h"

#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libresources/access/role_kube.h"
#include "libresources/matching/pattern.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr Nanoseconds kMaxSessionTtl = std::chrono::hours(30);

bool Contains(const Strings& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// A bool option and its default.
struct BoolDefault {
  bool (types::RoleOptions::*has)() const;
  types::BoolValue* (types::RoleOptions::*mutate)();
  bool value;
};
constexpr std::array kBoolDefaults{
    BoolDefault{&types::RoleOptions::has_desktopclipboard, &types::RoleOptions::mutable_desktopclipboard, true},
    BoolDefault{&types::RoleOptions::has_desktopdirectorysharing, &types::RoleOptions::mutable_desktopdirectorysharing,
                true},
    BoolDefault{&types::RoleOptions::has_createdesktopuser, &types::RoleOptions::mutable_createdesktopuser, false},
    BoolDefault{&types::RoleOptions::has_createdatabaseuser, &types::RoleOptions::mutable_createdatabaseuser, false},
    BoolDefault{&types::RoleOptions::has_sshfilecopy, &types::RoleOptions::mutable_sshfilecopy, true},
};

void FillOptions(const std::string& version, types::RoleOptions& options) {
  if (options.certificateformat().empty()) options.set_certificateformat("standard");
  if (options.maxsessionttl() <= 0) options.set_maxsessionttl(kMaxSessionTtl.count());
  if (options.bpf().empty()) {
    options.add_bpf("command");
    options.add_bpf("network");
  }
  if (!options.has_recordsession()) {
    options.mutable_recordsession()->mutable_desktop()->set_value(true);
    options.mutable_recordsession()->set_default_("best_effort");
  }
  for (const BoolDefault& row : kBoolDefaults) {
    if (!(options.*row.has)()) (options.*row.mutate)()->set_value(row.value);
  }
  if (!options.has_idp() && version != "v8") options.mutable_idp()->mutable_saml()->mutable_enabled()->set_value(true);
}

void FillNamespaces(types::RoleConditions& condition) {
  if (condition.namespaces().empty()) condition.add_namespaces("default");
}

// In roles v3 labels that are not given match everything.
void FillV3Labels(types::RoleConditions& allow) {
  const auto match_all = [](wrappers::LabelValues& labels) { (*labels.mutable_values())["*"].add_values("*"); };
  if (!allow.has_nodelabels()) {
    if (allow.logins().empty()) {
      allow.mutable_nodelabels();
    } else {
      match_all(*allow.mutable_nodelabels());
    }
  }
  if (!allow.has_applabels()) match_all(*allow.mutable_applabels());
  if (!allow.has_kuberneteslabels()) match_all(*allow.mutable_kuberneteslabels());
  if (!allow.has_databaselabels()) match_all(*allow.mutable_databaselabels());
}

Status CheckValueOneOf(std::string_view field, std::string_view value,
                       std::initializer_list<std::string_view> allowed) {
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("{}: \"{}\" is not a value of this option", field, StripControl(value)),
                      fmt::format("one of {}", fmt::join(allowed, ", ")));
}

Status CheckOptions(const std::string& version, const types::RoleOptions& options) {
  for (const std::string& event : options.bpf()) {
    RETURN_IF_ERROR(CheckValueOneOf("spec.options.enhanced_recording", event, {"command", "disk", "network"}));
  }
  if (!options.lock().empty()) {
    RETURN_IF_ERROR(CheckValueOneOf("spec.options.lock", options.lock(), {"best_effort", "strict"}));
  }
  if (!types::CreateHostUserMode_IsValid(options.createhostusermode())) {
    return Fail(ErrorKind::kBadParameter, "spec.options.create_host_user_mode: unknown mode {}",
                static_cast<int>(options.createhostusermode()));
  }
  if (version == "v8" && options.has_idp()) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.options.idp is not supported in role version v8",
                        "use app_labels and rules for saml_idp_service_provider");
  }
  return {};
}

Status CheckNamespaces(std::string_view part, const types::RoleConditions& condition) {
  for (const std::string& name : condition.namespaces()) {
    if (name == kWildcard || name == "default") continue;
    return Fail(ErrorKind::kBadParameter, "spec.{}.namespaces can only be \"default\"", part);
  }
  return {};
}

// Checks lists of identities, which must name each identity without wildcards.
Status CheckNoWildcards(const types::RoleConditions& allow) {
  const std::pair<std::string_view, const Strings*> lists[] = {
      {"logins", &allow.logins()},
      {"aws_role_arns", &allow.awsrolearns()},
      {"azure_identities", &allow.azureidentities()},
      {"gcp_service_accounts", &allow.gcpserviceaccounts()},
      {"db_roles", &allow.databaseroles()},
  };

  for (const auto& [name, list] : lists) {
    if (Contains(*list, kWildcard)) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("spec.allow.{} must not contain \"*\"", name),
                          "list each value, or use a trait such as {{internal.logins}}");
    }
  }
  return {};
}

Status CheckSelectors(const types::RoleConditions& allow) {
  const std::pair<std::string_view, const wrappers::LabelValues*> selectors[] = {
      {"node_labels", &allow.nodelabels()},
      {"app_labels", &allow.applabels()},
      {"kubernetes_labels", &allow.kuberneteslabels()},
      {"db_labels", &allow.databaselabels()},
      {"windows_desktop_labels", &allow.windowsdesktoplabels()},
      {"group_labels", &allow.grouplabels()},
      {"workload_identity_labels", &allow.workloadidentitylabels()},
  };

  for (const auto& [name, labels] : selectors) {
    const auto all = labels->values().find(std::string(kWildcard));
    if (all == labels->values().end()) continue;
    if (all->second.values_size() != 1 || all->second.values(0) != kWildcard) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("spec.allow.{}: the key \"*\" needs the value \"*\"", name),
                          "write '*': '*' to match everything, or a label's key");
    }
  }
  return {};
}

Status CheckRules(std::string_view part, const types::RoleConditions& condition) {
  int index = 0;
  for (const types::Rule& rule : condition.rules()) {
    const std::string path = fmt::format("spec.{}.rules[{}]", part, index++);
    if (rule.resources().empty()) return Fail(ErrorKind::kBadParameter, "{} has no resources", path);
    if (rule.verbs().empty()) return Fail(ErrorKind::kBadParameter, "{} has no verbs", path);
  }
  return {};
}

Status CheckDatabasePermissions(std::string_view part, const types::RoleConditions& condition) {
  int index = 0;
  for (const types::DatabasePermission& permission : condition.databasepermissions()) {
    const std::string path = fmt::format("spec.{}.db_permissions[{}]", part, index++);
    if (permission.permissions().empty()) return Fail(ErrorKind::kBadParameter, "{} has no permissions", path);
    for (const std::string& name : permission.permissions()) {
      if (name.empty()) return Fail(ErrorKind::kBadParameter, "{} has an empty permission", path);
      if (name == kWildcard && part == "allow") {
        return Fail(ErrorKind::kBadParameter, "{} must not contain \"*\"", path);
      }
    }
  }
  return {};
}

Status CheckSpiffe(std::string_view part, const types::RoleConditions& condition) {
  int index = 0;
  for (const types::SPIFFERoleCondition& entry : condition.spiffe()) {
    const std::string path = fmt::format("spec.{}.spiffe[{}].path", part, index++);
    const bool regexp = entry.path().starts_with('^') && entry.path().ends_with('$');
    if (!entry.path().starts_with('/') && !regexp) {
      return Fail(ErrorKind::kBadParameter, "{} must start with / or be ^a regular expression$", path);
    }
  }
  return {};
}

Status CheckImpersonation(const types::RoleSpecV6& spec) {
  if (!spec.deny().impersonate().where().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.deny.impersonate.where is not supported");
  }

  const std::pair<std::string_view, const types::RoleConditions*> parts[] = {{"allow", &spec.allow()},
                                                                             {"deny", &spec.deny()}};
  for (const auto& [name, part] : parts) {
    if (!part->impersonate().users().empty() && part->impersonate().roles().empty()) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("spec.{}.impersonate has users but no roles", name),
                          "name the roles that the impersonated users may have");
    }
  }
  return {};
}

// Fills in the defaults of the role's version, then validates the role. Fails with kBadParameter.
Status CheckRole(google::protobuf::Message& resource) {
  auto& role = static_cast<types::RoleV6&>(resource);
  types::RoleSpecV6& spec = *role.mutable_spec();
  FillOptions(role.version(), *spec.mutable_options());
  FillNamespaces(*spec.mutable_allow());
  FillNamespaces(*spec.mutable_deny());
  if (role.version() == "v3") FillV3Labels(*spec.mutable_allow());
  FillKubeResources(role.version(), spec);

  RETURN_IF_ERROR(CheckKubeResources(role.version(), spec));
  RETURN_IF_ERROR(CheckOptions(role.version(), spec.options()));

  const std::pair<std::string_view, const types::RoleConditions*> parts[] = {{"allow", &spec.allow()},
                                                                             {"deny", &spec.deny()}};
  for (const auto& [name, part] : parts) {
    RETURN_IF_ERROR(CheckNamespaces(name, *part));
    RETURN_IF_ERROR(CheckRules(name, *part));
    RETURN_IF_ERROR(CheckDatabasePermissions(name, *part));
    RETURN_IF_ERROR(CheckSpiffe(name, *part));
  }

  RETURN_IF_ERROR(CheckNoWildcards(spec.allow()));
  RETURN_IF_ERROR(CheckSelectors(spec.allow()));
  return CheckImpersonation(spec);
}

}  // namespace

KindRow RoleKind() {
  return {
      .kind = "role",
      .aliases = "roles",
      .versions = "v3 v4 v5 v6 v7 v8",
      .prototype = &Prototype<types::RoleV6>,
      .check = &CheckRole,
      .columns = RoleColumns(),
      .check_new = &CheckNewRole,
      .check_allowances = &CheckAllowances,
  };
}

}  // namespace sallyport
