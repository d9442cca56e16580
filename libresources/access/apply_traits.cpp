#include <algorithm>
#include <array>

#include "libresources/access/access.h"
#include "libresources/matching/templates.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Conditions = types::RoleConditions;

// A list of texts in a role's allow or deny part.
using ListOf = Strings* (Conditions::*)();
constexpr ListOf kLists[] = {
    &Conditions::mutable_logins,
    &Conditions::mutable_kubegroups,
    &Conditions::mutable_kubeusers,
    &Conditions::mutable_databasenames,
    &Conditions::mutable_databaseusers,
    &Conditions::mutable_databaseroles,
    &Conditions::mutable_awsrolearns,
    &Conditions::mutable_azureidentities,
    &Conditions::mutable_gcpserviceaccounts,
    &Conditions::mutable_windowsdesktoplogins,
    &Conditions::mutable_desktopgroups,
    &Conditions::mutable_hostgroups,
    &Conditions::mutable_hostsudoers,
};

// The labels of one kind of resource.
struct LabelsRow {
  std::string_view kinds;  // with spaces around each
  std::string_view field;
  bool (Conditions::*has)() const;
  const wrappers::LabelValues& (Conditions::*get)() const;
  wrappers::LabelValues* (Conditions::*mutate)();
  const std::string& (Conditions::*expression)() const;
};
constexpr std::array kLabels{
    LabelsRow{" node ", "node_labels", &Conditions::has_nodelabels, &Conditions::nodelabels,
              &Conditions::mutable_nodelabels, &Conditions::nodelabelsexpression},
    LabelsRow{" kube_cluster kube_server ", "kubernetes_labels", &Conditions::has_kuberneteslabels,
              &Conditions::kuberneteslabels, &Conditions::mutable_kuberneteslabels,
              &Conditions::kuberneteslabelsexpression},
    LabelsRow{" app app_server saml_idp_service_provider ", "app_labels", &Conditions::has_applabels,
              &Conditions::applabels, &Conditions::mutable_applabels, &Conditions::applabelsexpression},
    LabelsRow{" remote_cluster ", "cluster_labels", &Conditions::has_clusterlabels, &Conditions::clusterlabels,
              &Conditions::mutable_clusterlabels, &Conditions::clusterlabelsexpression},
    LabelsRow{" db db_server ", "db_labels", &Conditions::has_databaselabels, &Conditions::databaselabels,
              &Conditions::mutable_databaselabels, &Conditions::databaselabelsexpression},
    LabelsRow{" db_service ", "db_service_labels", &Conditions::has_databaseservicelabels,
              &Conditions::databaseservicelabels, &Conditions::mutable_databaseservicelabels,
              &Conditions::databaseservicelabelsexpression},
    LabelsRow{" windows_desktop dynamic_windows_desktop windows_desktop_service ", "windows_desktop_labels",
              &Conditions::has_windowsdesktoplabels, &Conditions::windowsdesktoplabels,
              &Conditions::mutable_windowsdesktoplabels, &Conditions::windowsdesktoplabelsexpression},
    LabelsRow{" user_group ", "group_labels", &Conditions::has_grouplabels, &Conditions::grouplabels,
              &Conditions::mutable_grouplabels, &Conditions::grouplabelsexpression},
    LabelsRow{" workload_identity ", "workload_identity_labels", &Conditions::has_workloadidentitylabels,
              &Conditions::workloadidentitylabels, &Conditions::mutable_workloadidentitylabels,
              &Conditions::workloadidentitylabelsexpression},
};

const LabelsRow* RowOf(std::string_view kind) {
  const std::string word = " " + std::string(kind) + " ";
  for (const LabelsRow& row : kLabels) {
    if (row.kinds.contains(word)) return &row;
  }
  return nullptr;
}

std::vector<std::string> Applied(const Strings& texts, const TraitMap& traits) {
  return ApplyTemplates({texts.begin(), texts.end()}, traits);
}

void Replace(Strings& texts, const std::vector<std::string>& with) { texts.Assign(with.begin(), with.end()); }

// Returns whether useradd would accept a login.
bool IsUnixLogin(std::string_view login) {
  constexpr std::size_t kMaxLogin = 32;
  return !login.empty() && login.size() <= kMaxLogin && login.front() != '-' &&
         std::none_of(login.begin(), login.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return c == ':' || c == '/' || byte <= 0x20 || byte == 0x7F;
         });
}

// Returns a text's values; where a trait is missing or the template is wrong, the empty text, which matches nothing.
std::vector<std::string> LabelTexts(const std::string& text, const TraitMap& traits) {
  const auto made = Template::Parse(text);
  if (made) {
    auto values = made->Apply(traits);
    if (values && !values->empty()) return *std::move(values);
  }
  return {""};
}

void ApplyToLabels(const TraitMap& traits, wrappers::LabelValues& labels) {
  wrappers::LabelValues applied;
  for (const auto& [key, values] : labels.values()) {
    auto& texts = (*applied.mutable_values())[LabelTexts(key, traits).front()];
    std::set<std::string> seen(texts.values().begin(), texts.values().end());
    for (const std::string& value : values.values()) {
      for (const std::string& text : LabelTexts(value, traits)) {
        if (seen.insert(text).second) texts.add_values(text);
      }
    }
  }
  labels = std::move(applied);
}

void ApplyToKubeResources(const TraitMap& traits, Conditions& part) {
  const auto applied = [&traits](const std::string& text) {
    return text.empty() ? std::vector<std::string>{""} : ApplyTemplates({text}, traits);
  };

  google::protobuf::RepeatedPtrField<types::KubernetesResource> entries;
  for (const types::KubernetesResource& entry : part.kubernetesresources()) {
    const std::vector<std::string> verbs = Applied(entry.verbs(), traits);
    for (const std::string& name_space : applied(entry.namespace_())) {
      for (const std::string& name : applied(entry.name())) {
        types::KubernetesResource& copy = *entries.Add();
        copy = entry;
        copy.set_namespace_(name_space);
        copy.set_name(name);
        Replace(*copy.mutable_verbs(), verbs);
      }
    }
  }
  *part.mutable_kubernetesresources() = std::move(entries);
}

void ApplyToPart(const TraitMap& traits, Conditions& part) {
  for (const ListOf list : kLists) {
    Strings& texts = *(part.*list)();
    Replace(texts, Applied(texts, traits));
  }

  // A trait may hold a value that cannot be a login.
  Strings& logins = *part.mutable_logins();
  logins.erase(std::remove_if(logins.begin(), logins.end(), [](const auto& login) { return !IsUnixLogin(login); }),
               logins.end());

  for (types::GitHubPermission& permission : *part.mutable_git_hub_permissions()) {
    Replace(*permission.mutable_organizations(), Applied(permission.organizations(), traits));
  }
  if (part.has_mcp()) Replace(*part.mutable_mcp()->mutable_tools(), Applied(part.mcp().tools(), traits));
  if (part.has_impersonate()) {
    types::ImpersonateConditions& impersonate = *part.mutable_impersonate();
    Replace(*impersonate.mutable_users(), Applied(impersonate.users(), traits));
    Replace(*impersonate.mutable_roles(), Applied(impersonate.roles(), traits));
  }
  ApplyToKubeResources(traits, part);

  for (const LabelsRow& row : kLabels) {
    if ((part.*row.has)()) ApplyToLabels(traits, *(part.*row.mutate)());
  }
}

}  // namespace

std::shared_ptr<const types::RoleV6> ApplyTraits(const types::RoleV6& role, const TraitMap& traits) {
  auto applied = std::make_shared<types::RoleV6>(role);
  ApplyToPart(traits, *applied->mutable_spec()->mutable_allow());
  ApplyToPart(traits, *applied->mutable_spec()->mutable_deny());
  for (types::CertExtension& extension : *applied->mutable_spec()->mutable_options()->mutable_certextensions()) {
    const std::vector<std::string> values = ApplyTemplates({extension.value()}, traits);
    if (!values.empty()) extension.set_value(values.front());
  }
  return applied;
}

LabelMatchers LabelMatchersOf(const types::RoleV6& role, RoleCondition condition, std::string_view kind) {
  const Conditions& part = condition == RoleCondition::kAllow ? role.spec().allow() : role.spec().deny();
  if (kind == "git_server") {
    LabelMatchers matchers;
    auto& organizations = matchers.selector["teleport.internal/github-organization"];
    for (const types::GitHubPermission& permission : part.git_hub_permissions()) {
      organizations.insert(organizations.end(), permission.organizations().begin(), permission.organizations().end());
    }
    return matchers;
  }

  const LabelsRow* const row = RowOf(kind);
  if (row == nullptr) return {};
  return {.selector = ToSelector((part.*row->get)()), .expression = (part.*row->expression)()};
}

std::string_view LabelFieldOf(std::string_view kind) {
  if (kind == "git_server") return "github_permissions";
  const LabelsRow* const row = RowOf(kind);
  return row == nullptr ? std::string_view() : row->field;
}

}  // namespace sallyport
