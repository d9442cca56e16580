#include "libmachine/bot/outputs/kube_files.h"

#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/yaml.h"
#include "libclient/kubeconfig.h"

namespace sallyport {
namespace {

constexpr std::string_view kKubeconfigFile = "kubeconfig.yaml";
// The label with the name that a discovered cluster has where it runs.
constexpr std::string_view kDiscoveredName = "teleport.internal/discovered-name";

// The address of the proxy's Kubernetes service.
struct KubeServer {
  std::string address;  // https://HOST:PORT
  std::string tls_server_name;
};

Result<KubeServer> ServerOf(const ProxyView& proxy) {
  if (proxy.tls_routing) return KubeServer{"https://" + FormatHostPort(proxy.web), KubeTlsServerName(proxy.web.host)};
  if (!proxy.kube_address.empty()) return KubeServer{"https://" + proxy.kube_address, ""};
  return Fail(ErrorKind::kNotFound, "the proxy {} does not serve Kubernetes", FormatHostPort(proxy.web));
}

// The certificates of the bot's own cluster, with a blank line between.
std::string AuthorityData(const KubeFileOptions& options) {
  std::string pems;
  for (const auto& authority : options.hosts) {
    if (authority.cluster != options.proxy.cluster) continue;
    for (const auto& pem : authority.tls_pems) pems += (pems.empty() ? "" : "\n") + WithLineEnd(pem);
  }
  return ToBase64(pems);
}

Value Named(std::string_view kind, Value inner, const std::string& name) {
  return Value(Value::Map{{std::string(kind), std::move(inner)}, {"name", name}});
}

Value ClusterEntry(const KubeFileOptions& options, const KubeServer& server, const std::string& path,
                   const std::string& name) {
  Value inner(Value::Map{{"certificate-authority-data", AuthorityData(options)}, {"server", server.address + path}});
  if (!server.tls_server_name.empty()) inner.Set("tls-server-name", server.tls_server_name);
  return Named("cluster", std::move(inner), name);
}

Value ContextEntry(const std::string& name, const std::string& kube_namespace, const std::string& user) {
  Value inner(Value::Map{{"cluster", name}});
  if (!kube_namespace.empty()) inner.Set("namespace", kube_namespace);
  inner.Set("user", user);
  return Named("context", std::move(inner), name);
}

Value UserEntry(const KubeUser& user, const BotCredentials& credentials, const std::string& name) {
  Value inner = Value::EmptyMap();
  if (user.executable.empty()) {
    inner.Set("client-certificate-data", ToBase64(credentials.tls_certificate));
    inner.Set("client-key-data", ToBase64(credentials.key_pem.Reveal()));
  } else {
    Value exec = Value::EmptyMap();
    exec.Set("apiVersion", "client.authentication.k8s.io/v1beta1");
    exec.Set("args", Value::Strings({"kube", "credentials", "--destination-dir=" + user.directory}));
    exec.Set("command", user.executable);
    exec.Set("env", Value());
    exec.Set("provideClusterInfo", false);
    inner.Set("exec", std::move(exec));
  }
  return Value(Value::Map{{"name", name}, {"user", std::move(inner)}});
}

// Entries are in the order of their names, each once, as client-go writes them.
void SortByName(Value& list) {
  auto& items = list.mutable_list();
  const auto name = [](const Value& item) { return item.Find("name")->as_string(); };
  std::ranges::stable_sort(items, {}, name);
  const auto repeated = std::ranges::unique(items, {}, name);
  items.erase(repeated.begin(), repeated.end());
}

BotFile FileOfKubeconfig(Value clusters, Value contexts, const std::string& current, Value user) {
  SortByName(clusters);
  SortByName(contexts);
  Value config = Value::EmptyMap();
  config.Set("apiVersion", "v1");
  config.Set("clusters", std::move(clusters));
  config.Set("contexts", std::move(contexts));
  config.Set("current-context", current);
  config.Set("kind", "Config");
  config.Set("preferences", Value::EmptyMap());
  config.Set("users", Value::List{std::move(user)});
  return BotFile{std::string(kKubeconfigFile), Secret(ToYaml(config))};
}

// Lists the clusters that have a name, or were discovered under it.
Result<std::vector<KubeClusterItem>> ClustersCalled(BotCluster& cluster, const BotCredentials& as,
                                                    const std::string& name) {
  ListFilter filter;
  const std::string quoted = ToJson(Value(name));
  filter.predicate = fmt::format("(name == {}) || (labels[\"{}\"] == {})", quoted, kDiscoveredName, quoted);
  return cluster.KubeClusters(as, filter);
}

}  // namespace

Result<BotFile> KubeconfigFor(const KubeFileOptions& options, const BotCredentials& credentials,
                              const std::string& kube_cluster) {
  ASSIGN_OR_RETURN(const KubeServer server, ServerOf(options.proxy));
  const std::string name = KubeContextName(options.proxy.cluster, kube_cluster);
  return FileOfKubeconfig(Value::List{ClusterEntry(options, server, "", name)},
                          Value::List{ContextEntry(name, "", name)}, name, UserEntry(options.user, credentials, name));
}

Result<BotFile> KubeconfigForAll(const KubeFileOptions& options, const BotCredentials& credentials,
                                 const std::vector<KubeContextRow>& rows, const std::string& pattern) {
  ASSIGN_OR_RETURN(const KubeServer server, ServerOf(options.proxy));
  const std::string& user = options.proxy.cluster;
  Value clusters = Value::EmptyList();
  Value contexts = Value::EmptyList();
  std::string current;
  for (const auto& row : rows) {
    std::string name = KubeContextName(options.proxy.cluster, row.kube_cluster);
    if (!pattern.empty()) {
      ASSIGN_OR_RETURN(name, KubeContextNameBy(pattern, options.proxy.cluster, row.kube_cluster));
    }
    const std::string path =
        fmt::format("/v1/teleport/{}/{}", ToBase64Url(options.proxy.cluster), ToBase64Url(row.kube_cluster));
    clusters.Append(ClusterEntry(options, server, path, name));
    contexts.Append(ContextEntry(name, row.default_namespace, user));
    if (current.empty()) current = name;
  }
  return FileOfKubeconfig(std::move(clusters), std::move(contexts), current,
                          UserEntry(options.user, credentials, user));
}

Result<std::string> FindKubeCluster(BotCluster& cluster, const BotCredentials& as, const std::string& name) {
  ASSIGN_OR_RETURN(const auto found, ClustersCalled(cluster, as, name));
  std::vector<std::string> discovered;
  for (const auto& item : found) {
    if (item.name == name) return name;
    const auto label = item.labels.find(std::string(kDiscoveredName));
    if (label != item.labels.end() && label->second == name) discovered.push_back(item.name);
  }

  if (discovered.size() == 1) return discovered.front();
  if (discovered.empty()) {
    return FailWithHint(ErrorKind::kNotFound, fmt::format("the bot has no access to a Kubernetes cluster \"{}\"", name),
                        "check the name, and kubernetes_labels of the bot's roles");
  }
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("several Kubernetes clusters were discovered as \"{}\"", name),
                      fmt::format("use one of the full names: {}", fmt::join(discovered, ", ")));
}

Result<std::vector<KubeContextRow>> SelectKubeClusters(BotCluster& cluster, const BotCredentials& as,
                                                       const std::vector<KubeSelector>& selectors) {
  std::vector<KubeContextRow> rows;
  const auto add = [&](const std::string& name, const KubeSelector& selector) {
    auto row = std::ranges::find(rows, name, &KubeContextRow::kube_cluster);
    if (row == rows.end()) row = rows.insert(row, KubeContextRow{name});
    // Of several selectors of one cluster, the last namespace counts.
    if (!selector.default_namespace.empty()) row->default_namespace = selector.default_namespace;
  };

  for (const auto& selector : selectors) {
    if (!selector.name.empty()) {
      ASSIGN_OR_RETURN(const std::string name, FindKubeCluster(cluster, as, selector.name));
      add(name, selector);
      continue;
    }
    ListFilter filter;
    filter.labels = selector.labels;
    ASSIGN_OR_RETURN(const auto found, cluster.KubeClusters(as, filter));
    for (const auto& item : found) add(item.name, selector);
  }
  return rows;
}

}  // namespace sallyport
