#include "libclient/kubeconfig.h"

#include <algorithm>

#include "libbase/address.h"
#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libidentity/server_names.h"

namespace sallyport {
namespace {

constexpr std::string_view kKubeNameExtension = "teleport.kube.name";
constexpr std::string_view kSelectedExtension = "teleport-prev-selec-ctx";
constexpr std::size_t kMaxBytes = 10 << 20;
constexpr int kLockMs = 5000;

Value Extension(std::string_view name, Value extension) {
  return Value(Value::Map{{"extension", std::move(extension)}, {"name", name}});
}

const Value* FindNamed(const Value* list, std::string_view name) {
  if (list == nullptr) return nullptr;
  for (const auto& item : list->as_list()) {
    if (TextAt(item, "name") == name) return &item;
  }
  return nullptr;
}

// Sets a key where the order of keys is alphabetical, as it is in files that kubectl wrote.
void SetSorted(Value& map, std::string_view key, Value value) {
  if (map.Find(key) != nullptr) {
    map.Set(key, std::move(value));
    return;
  }
  auto& entries = map.mutable_map();
  const auto place = std::ranges::find_if(entries, [&](const auto& entry) { return entry.first > key; });
  entries.insert(place, {std::string(key), std::move(value)});
}

Value ExecOf(const KubeEntry& entry) {
  Value exec = Value::EmptyMap();
  exec.Set("apiVersion", "client.authentication.k8s.io/v1beta1");
  exec.Set("args", Value::Strings(entry.arguments));
  exec.Set("command", entry.command);
  Value environment;
  if (!entry.home.empty()) {
    environment.Append(Value(Value::Map{{"name", "TELEPORT_HOME"}, {"value", entry.home}}));
  }
  exec.Set("env", std::move(environment));
  exec.Set("provideClusterInfo", false);
  return exec;
}

// Returns whether a user entry gets its credentials from a `tsh kube credentials` of this cluster.
bool RunsOurPlugin(const Value* user, std::string_view teleport_cluster) {
  const Value* inner = user == nullptr ? nullptr : user->Find("user");
  const Value* exec = inner == nullptr ? nullptr : inner->Find("exec");
  const Value* arguments = exec == nullptr ? nullptr : exec->Find("args");
  if (arguments == nullptr) return false;
  const std::string wanted = "--teleport-cluster=" + std::string(teleport_cluster);
  return std::ranges::any_of(arguments->as_list(), [&](const Value& item) { return item.as_string() == wanted; });
}

void ReplaceAll(std::string& text, std::string_view from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string KubeContextName(std::string_view teleport_cluster, std::string_view kube_cluster) {
  if (kube_cluster.empty()) return std::string(teleport_cluster);
  return fmt::format("{}-{}", teleport_cluster, kube_cluster);
}

Result<std::string> KubeContextNameBy(std::string_view pattern, const std::string& teleport_cluster,
                                      const std::string& kube_cluster) {
  std::string name(pattern);
  for (const std::string_view space : {"", " "}) {
    ReplaceAll(name, fmt::format("{{{{{0}.ClusterName{0}}}}}", space), teleport_cluster);
    ReplaceAll(name, fmt::format("{{{{{0}.KubeName{0}}}}}", space), kube_cluster);
  }
  if (!name.contains("{{")) return name;
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("the name of a context cannot be \"{}\"", pattern),
                      "use {{.ClusterName}} and {{.KubeName}}");
}

std::string KubeTlsServerName(const std::string& host) {
  const bool named = !host.empty() && host != "localhost" && !IsIpAddress(host);
  return std::string(kKubeServerPrefix) + (named ? host : std::string(kClusterDomain));
}

Kubeconfig::Kubeconfig() : root_(Value::EmptyMap()) {
  root_.Set("apiVersion", "v1");
  root_.Set("clusters", Value::EmptyList());
  root_.Set("contexts", Value::EmptyList());
  root_.Set("current-context", "");
  root_.Set("kind", "Config");
  root_.Set("preferences", Value::EmptyMap());
  root_.Set("users", Value::EmptyList());
}

Result<Kubeconfig> Kubeconfig::Parse(std::string_view text, std::string_view source) {
  ASSIGN_OR_RETURN(auto documents, ParseYaml(text, source, {.max_bytes = kMaxBytes}));
  Kubeconfig config;
  if (documents.empty() || documents.front().is_null()) return config;
  if (documents.size() > 1 || !documents.front().is_map()) {
    return Fail(ErrorKind::kBadParameter, "{}: the file is not a kubeconfig", source);
  }

  config.root_ = std::move(documents.front());
  for (const std::string_view list : {"clusters", "contexts", "users"}) {
    Value* found = config.root_.Find(list);
    if (found == nullptr || found->is_null()) {
      SetSorted(config.root_, list, Value::EmptyList());
    } else if (!found->is_list()) {
      return Fail(ErrorKind::kBadParameter, "{}: {} must be a list", PlaceIn(source, *found), list);
    }
  }
  return config;
}

std::string Kubeconfig::Format() const { return ToYaml(root_); }

std::string Kubeconfig::current_context() const { return TextAt(root_, "current-context"); }

std::string Kubeconfig::SelectedCluster(std::string_view teleport_cluster) const {
  const std::string current = current_context();
  const std::string prefix = std::string(teleport_cluster) + "-";
  if (teleport_cluster.empty()) return {};
  const Value* entry = FindEntry("contexts", current);
  const Value* context = entry == nullptr ? nullptr : entry->Find("context");
  if (context == nullptr) return {};

  if (const Value* extension = FindNamed(context->Find("extensions"), kKubeNameExtension);
      extension != nullptr && TextAt(*context, "cluster") == teleport_cluster) {
    if (auto name = TextAt(*extension, "extension"); !name.empty()) return name;
  }
  if (current.starts_with(prefix)) return current.substr(prefix.size());
  return TextAt(*context, "cluster") == teleport_cluster ? current : "";
}

bool Kubeconfig::HasContext(std::string_view name) const { return FindEntry("contexts", name) != nullptr; }

void Kubeconfig::Add(const KubeEntry& entry) {
  const std::string user_name = KubeContextName(entry.teleport_cluster, entry.kube_cluster);
  const std::string context_name = entry.context_name.empty() ? user_name : entry.context_name;

  Value& cluster = EntryOf("clusters", "cluster", entry.teleport_cluster);
  SetSorted(cluster, "certificate-authority-data", ToBase64(entry.authorities_pem));
  cluster.Remove("certificate-authority");
  SetSorted(cluster, "server", entry.server);
  cluster.Remove("tls-server-name");
  if (!entry.tls_server_name.empty()) SetSorted(cluster, "tls-server-name", entry.tls_server_name);

  Value& context = EntryOf("contexts", "context", context_name);
  SetSorted(context, "cluster", entry.teleport_cluster);
  Value extensions = context.Find("extensions") == nullptr ? Value::EmptyList() : *context.Find("extensions");
  std::erase_if(extensions.mutable_list(),
                [](const Value& item) { return TextAt(item, "name") == kKubeNameExtension; });
  if (!entry.kube_cluster.empty()) extensions.Append(Extension(kKubeNameExtension, entry.kube_cluster));
  if (!extensions.as_list().empty()) SetSorted(context, "extensions", std::move(extensions));
  if (!entry.name_space.empty()) SetSorted(context, "namespace", entry.name_space);
  SetSorted(context, "user", user_name);

  Value& user = EntryOf("users", "user", user_name);
  user = Value::EmptyMap();
  if (!entry.impersonate.empty()) user.Set("as", entry.impersonate);
  if (!entry.impersonate_groups.empty()) user.Set("as-groups", Value::Strings(entry.impersonate_groups));
  if (entry.client_key_pem.empty()) {
    user.Set("exec", ExecOf(entry));
  } else {
    user.Set("client-certificate-data", ToBase64(entry.client_certificate_pem));
    user.Set("client-key-data", ToBase64(entry.client_key_pem));
  }
}

void Kubeconfig::Select(std::string_view context, std::string_view teleport_cluster) {
  const std::string before = current_context();
  Value* entry = FindEntry("contexts", before);
  Value* inner = entry == nullptr ? nullptr : entry->Find("context");
  if (inner != nullptr && before != context && !IsOurs(*entry, teleport_cluster)) {
    RemoveMarks();
    Value extensions = inner->Find("extensions") == nullptr ? Value::EmptyList() : *inner->Find("extensions");
    extensions.Append(Extension(kSelectedExtension, Value()));
    SetSorted(*inner, "extensions", std::move(extensions));
  }
  SetSorted(root_, "current-context", std::string(context));
}

bool Kubeconfig::RemoveCluster(std::string_view teleport_cluster) {
  if (teleport_cluster.empty()) return false;

  std::vector<std::string> contexts;
  for (const auto& context : root_.Find("contexts")->as_list()) {
    if (IsOurs(context, teleport_cluster)) contexts.push_back(TextAt(context, "name"));
  }
  const std::string current = current_context();
  const bool was_selected = std::ranges::find(contexts, current) != contexts.end();
  bool changed = !contexts.empty();

  for (const auto& name : contexts) {
    const Value* entry = FindEntry("contexts", name);
    if (entry == nullptr) continue;  // an earlier context of that name has removed it
    const Value* inner = entry->Find("context");
    if (inner != nullptr) RemoveEntry("users", TextAt(*inner, "user"));
    RemoveEntry("contexts", name);
  }
  if (FindEntry("clusters", teleport_cluster) != nullptr) {
    RemoveEntry("clusters", teleport_cluster);
    changed = true;
  }

  if (was_selected) RestoreContext();
  return changed;
}

bool Kubeconfig::RemoveServer(std::string_view server) {
  std::vector<std::string> names;
  for (const auto& entry : root_.Find("clusters")->as_list()) {
    const Value* cluster = entry.Find("cluster");
    if (cluster != nullptr && TextAt(*cluster, "server") == server) names.push_back(TextAt(entry, "name"));
  }
  bool changed = false;
  for (const auto& name : names) changed = RemoveCluster(name) || changed;
  return changed;
}

const Value* Kubeconfig::FindEntry(std::string_view list, std::string_view name) const {
  return FindNamed(root_.Find(list), name);
}

Value* Kubeconfig::FindEntry(std::string_view list, std::string_view name) {
  return const_cast<Value*>(FindNamed(root_.Find(list), name));
}

// Returns the inner map of an entry ("cluster", "context", "user"), made when it is missing.
Value& Kubeconfig::EntryOf(std::string_view list, std::string_view kind, std::string_view name) {
  Value* entry = FindEntry(list, name);
  if (entry == nullptr) {
    entry = &root_.Find(list)->Append(Value(Value::Map{{std::string(kind), Value::EmptyMap()}, {"name", name}}));
  }
  Value* inner = entry->Find(kind);
  if (inner == nullptr || !inner->is_map()) {
    SetSorted(*entry, kind, Value::EmptyMap());
    inner = entry->Find(kind);
  }
  return *inner;
}

void Kubeconfig::RemoveEntry(std::string_view list, std::string_view name) {
  std::erase_if(root_.Find(list)->mutable_list(), [&](const Value& item) { return TextAt(item, "name") == name; });
}

bool Kubeconfig::IsOurs(const Value& context, std::string_view teleport_cluster) const {
  const Value* inner = context.Find("context");
  if (inner == nullptr) return false;
  if (TextAt(*inner, "cluster") == teleport_cluster) return true;
  // A name that merely starts like ours ("prod" and "prod-east") is not enough to remove an entry of the user.
  return TextAt(context, "name").starts_with(std::string(teleport_cluster) + "-") &&
         RunsOurPlugin(FindEntry("users", TextAt(*inner, "user")), teleport_cluster);
}

void Kubeconfig::RestoreContext() {
  std::vector<std::string> marked;
  for (const auto& context : root_.Find("contexts")->as_list()) {
    const Value* inner = context.Find("context");
    if (inner != nullptr && FindNamed(inner->Find("extensions"), kSelectedExtension) != nullptr) {
      marked.push_back(TextAt(context, "name"));
    }
  }
  SetSorted(root_, "current-context", marked.size() == 1 ? marked.front() : "");
  RemoveMarks();
}

void Kubeconfig::RemoveMarks() {
  for (auto& context : root_.Find("contexts")->mutable_list()) {
    Value* inner = context.Find("context");
    Value* extensions = inner == nullptr ? nullptr : inner->Find("extensions");
    if (extensions == nullptr || FindNamed(extensions, kSelectedExtension) == nullptr) continue;
    std::erase_if(extensions->mutable_list(),
                  [](const Value& item) { return TextAt(item, "name") == kSelectedExtension; });
    if (extensions->as_list().empty()) inner->Remove("extensions");
  }
}

std::string KubeconfigPath(std::string_view kubeconfig_variable, const std::string& user_home) {
  while (kubeconfig_variable.starts_with(':')) kubeconfig_variable.remove_prefix(1);
  const auto first = kubeconfig_variable.substr(0, kubeconfig_variable.find(':'));
  return first.empty() ? user_home + "/.kube/config" : std::string(first);
}

Result<Kubeconfig> ReadKubeconfig(const std::string& path) {
  const auto text = ReadFile(path, kMaxBytes);
  if (!text && text.error().kind == ErrorKind::kNotFound) return Kubeconfig();
  if (!text) return std::unexpected(text.error());
  return Kubeconfig::Parse(*text, path);
}

Status WriteKubeconfig(const std::string& path, const Kubeconfig& config) {
  const auto slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) RETURN_IF_ERROR(MakeDirectories(path.substr(0, slash), 0700));
  return WritePrivateFile(path, config.Format());
}

Status UpdateKubeconfig(const std::string& path, const std::function<Status(Kubeconfig&)>& change) {
  const auto slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) RETURN_IF_ERROR(MakeDirectories(path.substr(0, slash), 0700));
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(path, kLockMs));
  ASSIGN_OR_RETURN(Kubeconfig config, ReadKubeconfig(path));
  const std::string old = config.Format();
  RETURN_IF_ERROR(change(config));
  return config.Format() == old ? Status() : WriteKubeconfig(path, config);
}

}  // namespace sallyport
