#include "libkube/resource_kubeconfig.h"

#include <algorithm>
#include <span>

#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr const char* kSource = "spec.kubeconfig";

// The keys that the entries of a list may have, in the map under `key`.
struct EntryKeys {
  std::string_view list;
  std::string_view key;
  std::span<const std::string_view> allowed;
};

constexpr std::string_view kFileKeys[] = {"apiVersion", "kind",     "preferences", "current-context",
                                          "extensions", "clusters", "contexts",    "users"};
constexpr std::string_view kClusterKeys[] = {"server", "certificate-authority-data", "tls-server-name", "extensions"};
constexpr std::string_view kContextKeys[] = {"cluster", "user", "namespace", "extensions"};
constexpr std::string_view kUserKeys[] = {"token", "client-certificate-data", "client-key-data", "extensions"};
constexpr EntryKeys kEntries[] = {
    {"clusters", "cluster", kClusterKeys}, {"contexts", "context", kContextKeys}, {"users", "user", kUserKeys}};

Status CheckKeys(const Value& map, std::span<const std::string_view> allowed, std::string_view where) {
  for (const auto& [key, value] : map.as_map()) {
    if (std::ranges::find(allowed, key) != allowed.end()) continue;
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}: {}{} is not allowed in a resource", PlaceIn(kSource, value), where, key),
                        "a kube_cluster may hold the server, its certificate authority, a token, a client certificate "
                        "and its key, as data; give other credentials to the agent by its kubeconfig_file");
  }
  return {};
}

Status CheckEntries(const Value& config, const EntryKeys& keys) {
  const Value* const list = config.Find(keys.list);
  if (list == nullptr) return {};
  for (const auto& entry : list->as_list()) {
    const Value* const map = entry.Find(keys.key);
    if (map != nullptr) RETURN_IF_ERROR(CheckKeys(*map, keys.allowed, fmt::format("{}[].{}.", keys.list, keys.key)));
  }
  return {};
}

// Returns the current context, or the first one.
Result<const Value*> UsedContext(const Value& config) {
  const auto& contexts = config.Find("contexts")->as_list();
  const std::string current = TextAt(config, "current-context");
  if (current.empty()) return &contexts.front();
  const auto found = std::ranges::find_if(contexts, [&](const Value& one) { return TextAt(one, "name") == current; });
  if (found != contexts.end()) return &*found;
  return Fail(ErrorKind::kBadParameter, "{}: there is no context \"{}\", which current-context names", kSource,
              current);
}

}  // namespace

Result<KubeEndpoint> ReadResourceKubeconfig(std::string_view text, const std::string& cluster) {
  if (text.size() > kMaxResourceKubeconfig) {
    return Fail(ErrorKind::kBadParameter, "{}: the kubeconfig has more than {} bytes", kSource, kMaxResourceKubeconfig);
  }
  ASSIGN_OR_RETURN(const Value config, ParseKubeconfig(text, kSource));
  RETURN_IF_ERROR(CheckKeys(config, kFileKeys, ""));
  for (const auto& keys : kEntries) RETURN_IF_ERROR(CheckEntries(config, keys));

  ASSIGN_OR_RETURN(const Value* const context, UsedContext(config));
  ASSIGN_OR_RETURN(KubeEndpoint endpoint, ReadKubeContext(config, *context, {kSource, ""}));
  endpoint.name = cluster;
  if (endpoint.use_tls) return endpoint;
  return Fail(ErrorKind::kBadParameter, "{}: the server of a resource has an https:// address", kSource);
}

}  // namespace sallyport
