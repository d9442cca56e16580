// The types of tbot.yaml that are not implemented. Their entries are kept as they are, and the names of their keys are
// checked, so that a misspelled key is found before a program with more functions reads the file.
#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libmachine/bot/config/config_node.h"
#include "libmachine/bot/config/service_config.h"

namespace sallyport {
namespace {

struct UnservedType {
  std::string_view name;
  // The keys beside type and name, with spaces between: "a.b" is a key of a map, "a[].b" of the items of a list. Below
  // a key without further names, everything is accepted.
  std::string_view keys;
  bool has_lifetime = true;
  bool has_attestors = false;
};

constexpr std::string_view kLifetimeKeys = "credential_ttl renewal_interval";
constexpr std::string_view kAttestorKeys =
    "attestors.kubernetes.enabled attestors.kubernetes.kubelet.read_only_port attestors.kubernetes.kubelet.secure_port "
    "attestors.kubernetes.kubelet.token_path attestors.kubernetes.kubelet.ca_path "
    "attestors.kubernetes.kubelet.skip_verify attestors.kubernetes.kubelet.anonymous attestors.podman.enabled "
    "attestors.podman.addr attestors.docker.enabled attestors.docker.addr attestors.systemd.enabled "
    "attestors.unix.binary_hash_max_size_bytes attestors.sigstore.enabled "
    "attestors.sigstore.additional_registries[].host attestors.sigstore.credentials_path "
    "attestors.sigstore.allowed_private_network_prefixes";

constexpr std::array<UnservedType, 14> kUnservedTypes{{
    {"application-proxy", "listen credential_lifetime.credential_ttl credential_lifetime.renewal_interval", false},
    {"application-tunnel", "listen roles app_name"},
    {"database", "destination roles format service database username"},
    {"database-tunnel", "listen roles service database username"},
    {"example", "message", false},
    {"kubernetes/argo-cd",
     "selectors[].name selectors[].labels selectors[].default_namespace secret_namespace secret_name_prefix "
     "secret_labels secret_annotations project namespaces cluster_resources cluster_name_template"},
    {"spiffe-svid",
     "destination svid.path svid.hint svid.sans.dns svid.sans.ip include_federated_trust_bundles jwts[].file_name "
     "jwts[].audience"},
    {"spiffe-workload-api",
     "listen jwt_svid_ttl svids[].path svids[].hint svids[].sans.dns svids[].sans.ip svids[].rules[].unix.pid "
     "svids[].rules[].unix.uid svids[].rules[].unix.gid svids[].rules[].kubernetes.namespace "
     "svids[].rules[].kubernetes.service_account svids[].rules[].kubernetes.pod_name",
     true, true},
    {"ssh-multiplexer", "destination enable_resumption proxy_templates_path proxy_command relay_server"},
    {"unstable_client_credential", "", false},
    {"workload-identity-api", "listen selector.name selector.labels", true, true},
    {"workload-identity-aws-roles-anywhere",
     "destination selector.name selector.labels role_arn profile_arn trust_anchor_arn region session_duration "
     "session_renewal_interval credential_profile_name artifact_name overwrite_credential_file",
     false},
    {"workload-identity-jwt", "destination selector.name selector.labels audiences"},
    {"workload-identity-x509", "destination selector.name selector.labels include_federated_trust_bundles"},
}};

std::vector<std::string> KeysOfType(const UnservedType& type) {
  std::vector<std::string> paths{"type", "name"};
  for (const auto keys : {type.keys, type.has_lifetime ? kLifetimeKeys : std::string_view(),
                          type.has_attestors ? kAttestorKeys : std::string_view()}) {
    for (auto& path : SplitNonEmpty(keys, ' ')) paths.push_back(std::move(path));
  }
  return paths;
}

// Checks the names of a map's keys; `prefix` is the path of the map in the table, with its dot. A map without names in
// the table may have any.
void NoteUnknownKeys(const ConfigNode& node, const std::vector<std::string>& paths, const std::string& prefix) {
  std::vector<std::string_view> known;
  for (const auto& path : paths) {
    if (!path.starts_with(prefix)) continue;
    const auto rest = std::string_view(path).substr(prefix.size());
    known.push_back(rest.substr(0, rest.find_first_of(".[")));
  }
  if (known.empty()) return;

  for (const auto& [name, value] : node.value.as_map()) {
    if (std::ranges::find(known, name) == known.end()) {
      node.NoteUnknown(name, value, known);
      continue;
    }
    const std::string below = prefix + name;
    if (value.is_map()) NoteUnknownKeys(node.Key(name, value), paths, below + ".");
    std::size_t index = 0;
    for (const auto& item : value.as_list()) {
      NoteUnknownKeys(node.Key(name, value).Item(index++, item), paths, below + "[].");
    }
  }
}

}  // namespace

const std::vector<std::string_view>& UnservedTypes() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const auto& type : kUnservedTypes) names.push_back(type.name);
    return names;
  }();
  return kNames;
}

Status ReadUnserved(ServiceConfig& to, const ConfigNode& node) {
  const auto* const type = std::ranges::find(kUnservedTypes, to.type, &UnservedType::name);
  NoteUnknownKeys(node, KeysOfType(*type), "");
  to.raw = node.value;
  if (const Value* name = node.value.Find("name")) return node.Key("name", *name).Read(to.name);
  return {};
}

}  // namespace sallyport
