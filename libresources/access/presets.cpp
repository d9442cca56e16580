#include "libresources/access/presets.h"

#include <algorithm>
#include <limits>

#include "libbase/yaml.h"
#include "libresources/access/role.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kReadOnly = "list read";
constexpr std::string_view kReadWrite = "list create read update delete";

// The preset roles without their rules.
constexpr std::string_view kRoles = R"(
kind: role
version: v7
metadata:
  name: access
  description: Access cluster resources
  labels: {'teleport.internal/resource-type': preset}
spec:
  options:
    forward_agent: true
    record_session: {desktop: true}
    ssh_port_forwarding: {local: {enabled: true}, remote: {enabled: true}}
  allow:
    logins: ['{{internal.logins}}']
    node_labels: {'*': '*'}
    kubernetes_groups: ['{{internal.kubernetes_groups}}']
    kubernetes_users: ['{{internal.kubernetes_users}}']
    app_labels: {'*': '*'}
    kubernetes_labels: {'*': '*'}
    db_labels: {'*': '*'}
    db_names: ['{{internal.db_names}}']
    db_users: ['{{internal.db_users}}']
    aws_role_arns: ['{{internal.aws_role_arns}}']
    windows_desktop_logins: ['{{internal.windows_logins}}']
    windows_desktop_labels: {'*': '*'}
    azure_identities: ['{{internal.azure_identities}}']
    kubernetes_resources: [{kind: '*', namespace: '*', name: '*', verbs: ['*']}]
    gcp_service_accounts: ['{{internal.gcp_service_accounts}}']
    db_service_labels: {'*': '*'}
    db_roles: ['{{internal.db_roles}}']
    github_permissions: [{orgs: ['{{internal.github_orgs}}']}]
    mcp: {tools: ['{{internal.mcp_tools}}']}
---
kind: role
version: v7
metadata:
  name: editor
  description: Edit cluster configuration
  labels: {'teleport.internal/resource-type': preset}
spec:
  options:
    forward_agent: true
    record_session: {desktop: false}
    ssh_port_forwarding: {local: {enabled: true}, remote: {enabled: true}}
---
kind: role
version: v7
metadata:
  name: auditor
  description: Review cluster events and replay sessions
  labels: {'teleport.internal/resource-type': preset}
spec:
  options:
    record_session: {desktop: false}
---
kind: role
version: v7
metadata:
  name: terraform-provider
  description: Default Terraform provider role
  labels: {'teleport.internal/resource-type': preset}
spec:
  allow:
    node_labels: {'*': '*'}
    app_labels: {'*': '*'}
    db_labels: {'*': '*'}
    windows_desktop_labels: {'*': '*'}
---
kind: role
version: v7
metadata:
  name: access-plugin
  description: Default access plugin role
  labels: {'teleport.internal/resource-type': preset}
spec:
  allow:
    review_requests: {preview_as_roles: [list-access-request-resources]}
---
kind: role
version: v7
metadata:
  name: list-access-request-resources
  description: Default list access request resources role
  labels: {'teleport.internal/resource-type': preset}
spec:
  allow:
    node_labels: {'*': '*'}
    app_labels: {'*': '*'}
    kubernetes_labels: {'*': '*'}
    db_labels: {'*': '*'}
    kubernetes_resources: [{kind: '*', namespace: '*', name: '*', verbs: ['*']}]
    group_labels: {'*': '*'}
---
kind: role
version: v7
metadata:
  name: wildcard-workload-identity-issuer
  description: Issue workload identities
  labels: {'teleport.internal/resource-type': preset}
spec:
  allow:
    workload_identity_labels: {'*': '*'}
---
kind: role
version: v8
metadata:
  name: mcp-user
  description: Access to MCP servers
  labels: {'teleport.internal/resource-type': preset}
spec:
  allow:
    app_labels: {'teleport.internal/app-sub-kind': mcp}
    mcp: {tools: ['*']}
)";

// Rules of a role: one for each kind.
struct RuleRow {
  std::string_view role;
  std::string_view verbs;
  std::string_view kinds;
  std::string_view where;
};
constexpr RuleRow kRules[] = {
    {"access", kReadOnly, "event", ""},
    {"access", "read list", "session", "contains(session.participants, user.metadata.name)"},
    {"access", kReadOnly, "instance cluster_maintenance_config", ""},
    {"editor", kReadWrite,
     "user role bot crown_jewel db_object_import_rule oidc saml github oidc_request "
     "saml_request github_request cluster_audit_config cluster_auth_preference "
     "auth_connector cluster_name cluster_networking_config session_recording_config "
     "external_audit_storage ui_config trusted_cluster remote_cluster token "
     "connection_diagnostic db database_certificate installer",
     ""},
    {"editor", "list create read update delete create_enroll_token enroll", "device", ""},
    {"editor", kReadOnly, "db_service instance", ""},
    {"editor", kReadWrite,
     "login_rule saml_idp_service_provider user_group plugin okta_import_rule "
     "okta_assignment lock",
     ""},
    {"editor", "list create read update delete use", "integration", ""},
    {"editor", kReadWrite, "billing cluster_alert access_list node discovery_config", ""},
    {"editor", "list create read update delete use", "security_report audit_query", ""},
    {"editor", kReadWrite,
     "access_graph server_info access_monitoring_rule app_server vnet_config bot_instance "
     "access_graph_settings spiffe_federation notification static_host_user user_task "
     "aws_identity_center contact workload_identity autoupdate_version autoupdate_config",
     ""},
    {"editor", kReadOnly, "autoupdate_agent_rollout", ""},
    {"editor", kReadWrite,
     "git_server workload_identity_x509_revocation health_check_config sigstore_policy "
     "workload_identity_x509_issuer_override workload_identity_x509_issuer_override_csr "
     "inference_model inference_secret inference_policy",
     ""},
    {"auditor", kReadOnly, "session event session_tracker cluster_alert instance", ""},
    {"auditor", "list read use", "security_report audit_query", ""},
    {"auditor", kReadOnly, "bot_instance notification", ""},
    {"terraform-provider", kReadWrite,
     "access_list app cluster_auth_preference cluster_maintenance_config "
     "cluster_networking_config db device github login_rule node oidc okta_import_rule role "
     "saml session_recording_config token trusted_cluster user bot installer "
     "access_monitoring_rule dynamic_windows_desktop static_host_user workload_identity "
     "git_server autoupdate_config autoupdate_version health_check_config",
     ""},
    {"access-plugin", kReadOnly, "access_request", ""},
    {"access-plugin", kReadWrite, "access_plugin_data", ""},
    {"access-plugin", kReadOnly, "access_monitoring_rule access_list role user", ""},
    {"list-access-request-resources", kReadOnly, "node app db kube_cluster", ""},
    {"wildcard-workload-identity-issuer", kReadOnly, "workload_identity", ""},
};

constexpr RuleRow kImplicitRules[] = {
    {kImplicitRoleName, kReadOnly, "node proxy auth_server reverse_tunnel", ""},
    {kImplicitRoleName, "list readnosecrets", "cert_authority", ""},
    {kImplicitRoleName, kReadOnly,
     "cluster_auth_preference cluster_name ssh_session app_server remote_cluster kube_server db_server db app "
     "windows_desktop_service windows_desktop dynamic_windows_desktop kube_cluster",
     ""},
    {kImplicitRoleName, "create", "usage_event", ""},
    {kImplicitRoleName, kReadOnly,
     "vnet_config spiffe_federation saml_idp_service_provider aws_identity_center git_server", ""},
};

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    words.emplace_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return words;
}

void AddRules(const RuleRow& row, types::RoleV6& role) {
  for (const std::string& kind : Words(row.kinds)) {
    types::Rule& rule = *role.mutable_spec()->mutable_allow()->add_rules();
    rule.add_resources(kind);
    for (const std::string& verb : Words(row.verbs)) rule.add_verbs(verb);
    rule.set_where(std::string(row.where));
  }
}

// Reading the constant texts above cannot fail; the unit test would find an empty list.
std::vector<std::shared_ptr<const types::RoleV6>> MakePresets() {
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  const auto documents = ParseYaml(kRoles, "presets");
  if (!documents) return roles;

  const KindRow kind = RoleKind();
  for (const Value& document : *documents) {
    const auto resource = DecodeAs(kind, document, {.source = "presets"});
    if (!resource) return {};
    auto role = std::make_shared<types::RoleV6>(resource->as<types::RoleV6>());
    for (const RuleRow& row : kRules) {
      if (row.role == role->metadata().name()) AddRules(row, *role);
    }
    roles.push_back(std::move(role));
  }
  return roles;
}

bool NamesKind(const types::RoleConditions& part, const std::string& kind) {
  return std::any_of(part.rules().begin(), part.rules().end(), [&kind](const types::Rule& rule) {
    return std::find(rule.resources().begin(), rule.resources().end(), kind) != rule.resources().end();
  });
}

// Labels that count as unset when empty: Go writes them even when they are unset.
struct PresetLabels {
  const wrappers::LabelValues& (types::RoleConditions::*get)() const;
  wrappers::LabelValues* (types::RoleConditions::*mutate)();
};
constexpr PresetLabels kPresetLabels[] = {
    {&types::RoleConditions::nodelabels, &types::RoleConditions::mutable_nodelabels},
    {&types::RoleConditions::applabels, &types::RoleConditions::mutable_applabels},
    {&types::RoleConditions::kuberneteslabels, &types::RoleConditions::mutable_kuberneteslabels},
    {&types::RoleConditions::databaselabels, &types::RoleConditions::mutable_databaselabels},
    {&types::RoleConditions::databaseservicelabels, &types::RoleConditions::mutable_databaseservicelabels},
    {&types::RoleConditions::windowsdesktoplabels, &types::RoleConditions::mutable_windowsdesktoplabels},
};

bool AddMissing(const types::RoleV6& preset, types::RoleV6& role) {
  bool added = false;
  types::RoleConditions& allow = *role.mutable_spec()->mutable_allow();
  const types::RoleConditions& wanted = preset.spec().allow();
  for (const PresetLabels& row : kPresetLabels) {
    const auto empty = [&row](const types::RoleConditions& part) { return (part.*row.get)().values().empty(); };
    if (empty(wanted) || !empty(allow) || !empty(role.spec().deny())) continue;
    *(allow.*row.mutate)() = (wanted.*row.get)();
    added = true;
  }
  for (const types::Rule& rule : wanted.rules()) {
    if (NamesKind(allow, rule.resources(0)) || NamesKind(role.spec().deny(), rule.resources(0))) continue;
    *allow.add_rules() = rule;
    added = true;
  }
  return added;
}

}  // namespace

std::span<const std::shared_ptr<const types::RoleV6>> PresetRoles() {
  static const auto* const roles = new std::vector(MakePresets());
  return *roles;
}

bool AddMissingPresetParts(types::RoleV6& role) {
  const auto& labels = role.metadata().labels();
  const auto type = labels.find("teleport.internal/resource-type");
  if (type == labels.end() || type->second != "preset") return false;
  for (const auto& preset : PresetRoles()) {
    if (preset->metadata().name() == role.metadata().name()) return AddMissing(*preset, role);
  }
  return false;
}

std::shared_ptr<const types::RoleV6> ImplicitRole() {
  static const auto* const role = [] {
    auto made = std::make_shared<types::RoleV6>();
    made->set_kind("role");
    made->set_version("v3");
    made->mutable_metadata()->set_name(std::string(kImplicitRoleName));
    made->mutable_metadata()->set_namespace_("default");
    // The implicit role must not shorten the lifetime that other roles admit.
    made->mutable_spec()->mutable_options()->set_maxsessionttl(std::numeric_limits<std::int64_t>::max());
    made->mutable_spec()->mutable_allow()->add_namespaces("default");
    for (const RuleRow& row : kImplicitRules) AddRules(row, *made);
    return new std::shared_ptr<const types::RoleV6>(std::move(made));
  }();
  return *role;
}

}  // namespace sallyport
