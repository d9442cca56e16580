#include "libresources/access/role_kube.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libresources/access/kube_kinds.h"
#include "libresources/matching/pattern.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kKubeVerbs[] = {"*",    "get",   "create",           "update", "patch",      "delete",
                                           "list", "watch", "deletecollection", "exec",   "portforward"};

bool UpToV6(std::string_view version) { return version < "v7"; }

Status CheckVerbs(const std::string& path, const types::KubernetesResource& entry) {
  for (const std::string& verb : entry.verbs()) {
    const bool known = std::find(std::begin(kKubeVerbs), std::end(kKubeVerbs), verb) != std::end(kKubeVerbs);
    if (!known && !verb.contains("{{")) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("{}.verbs: \"{}\" is not a verb", path, StripControl(verb)),
                          fmt::format("one of {}", fmt::join(kKubeVerbs, ", ")));
    }
    if (verb == kWildcard && entry.verbs_size() > 1) {
      return Fail(ErrorKind::kBadParameter, "{}.verbs: \"*\" must be the only verb", path);
    }
  }
  return {};
}

Status CheckOldKind(const std::string& path, std::string_view kind, std::string_view version) {
  if (UpToV6(version)) {
    if (kind == "pod") return {};
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}.kind: role version {} allows only \"pod\"", path, version),
                        "use version v7 or v8");
  }
  if (kind == kWildcard || FindKubeKind(kind) != nullptr) return {};

  std::vector<std::string_view> kinds;
  for (const KubeKind& row : KubeKinds()) kinds.push_back(row.kind);
  const auto meant = DidYouMean(kind, std::span<const std::string_view>(kinds));
  return FailWithHint(
      ErrorKind::kBadParameter, fmt::format("{}.kind: unknown kind \"{}\"", path, StripControl(kind)),
      meant ? fmt::format("did you mean \"{}\"?", *meant) : fmt::format("one of *, {}", fmt::join(kinds, ", ")));
}

// Roles v8: plural names, with an API group except for the core ones.
Status CheckNewKind(const std::string& path, std::string_view kind, std::string_view api_group) {
  if (kind.empty()) return Fail(ErrorKind::kBadParameter, "{}.kind is missing", path);
  const KubeKind* const old = FindKubeKind(kind);
  if (old != nullptr && (api_group == kWildcard || api_group == old->api_group)) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}.kind: role version v8 requires plural names, not \"{}\"", path, kind),
                        fmt::format("write \"{}\"", old->plural));
  }
  if (api_group.empty() && !IsCoreKubeResource(kind)) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}.api_group is missing for \"{}\"", path, StripControl(kind)),
                        "name the group, such as apps, or \"*\" for any");
  }
  return {};
}

Status CheckEntry(const std::string& path, std::string_view version, const types::KubernetesResource& entry) {
  RETURN_IF_ERROR(CheckVerbs(path, entry));

  if (version == "v8") {
    RETURN_IF_ERROR(CheckNewKind(path, entry.kind(), entry.apigroup()));
    if (entry.namespace_().empty() && IsNamespacedKubeResource(entry.kind(), entry.apigroup())) {
      return Fail(ErrorKind::kBadParameter, "{}.namespace is missing for \"{}\"", path, entry.kind());
    }
  } else {
    RETURN_IF_ERROR(CheckOldKind(path, entry.kind(), version));
    if (UpToV6(version) && (entry.verbs_size() != 1 || entry.verbs(0) != kWildcard)) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("{}.verbs: role version {} allows only [\"*\"]", path, version),
                          "use version v7 or v8");
    }
    if (!entry.apigroup().empty()) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("{}.api_group is not supported in role version {}", path, version),
                          "use version v8");
    }
    const KubeKind* const kind = FindKubeKind(entry.kind());
    if (entry.namespace_().empty() && (kind == nullptr || !kind->cluster_wide)) {
      return Fail(ErrorKind::kBadParameter, "{}.namespace is missing for \"{}\"", path, entry.kind());
    }
  }

  if (entry.name().empty()) return Fail(ErrorKind::kBadParameter, "{}.name is missing", path);
  return {};
}

Status CheckRequest(const std::string& part, std::string_view version, const types::AccessRequestConditions& request) {
  int index = 0;
  for (const types::RequestKubernetesResource& entry : request.kubernetes_resources()) {
    const std::string path = fmt::format("spec.{}.request.kubernetes_resources[{}]", part, index++);
    if (version == "v8") {
      RETURN_IF_ERROR(CheckNewKind(path, entry.kind(), entry.apigroup()));
      continue;
    }
    if (!entry.apigroup().empty()) {
      return Fail(ErrorKind::kBadParameter, "{}.api_group is not supported in role version {}", path, version);
    }
    RETURN_IF_ERROR(CheckOldKind(path, entry.kind(), version));
  }
  return {};
}

}  // namespace

void FillKubeResources(std::string_view version, types::RoleSpecV6& spec) {
  types::RoleConditions& allow = *spec.mutable_allow();
  const bool reaches = !allow.kuberneteslabels().values().empty() || !allow.kuberneteslabelsexpression().empty();
  const bool automatic = version != "v6" && reaches && allow.kubernetesresources().empty();
  if (automatic) {
    types::KubernetesResource& all = *allow.add_kubernetesresources();
    all.set_kind(UpToV6(version) ? "pod" : "*");
    all.set_namespace_("*");
    all.set_name("*");
    all.add_verbs("*");
    if (version == "v8") all.set_apigroup("*");
  }

  if (!UpToV6(version)) return;
  for (types::RoleConditions* part : {spec.mutable_allow(), spec.mutable_deny()}) {
    for (types::KubernetesResource& entry : *part->mutable_kubernetesresources()) {
      if (entry.verbs().empty()) entry.add_verbs("*");
    }
  }
}

Status CheckKubeResources(std::string_view version, const types::RoleSpecV6& spec) {
  const std::pair<std::string, const types::RoleConditions*> parts[] = {{"allow", &spec.allow()},
                                                                        {"deny", &spec.deny()}};
  for (const auto& [name, part] : parts) {
    int index = 0;
    for (const types::KubernetesResource& entry : part->kubernetesresources()) {
      RETURN_IF_ERROR(CheckEntry(fmt::format("spec.{}.kubernetes_resources[{}]", name, index++), version, entry));
    }
    RETURN_IF_ERROR(CheckRequest(name, version, part->request()));
  }
  return {};
}

}  // namespace sallyport
