#include "libkube/endpoint.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "libbase/address.h"
#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/value_fields.h"
#include "libbase/yaml.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxCredentialFileBytes = 4 << 20;

// Entries of a kubeconfig list are {name: N, KEY: {...}}.
const Value* FindEntry(const Value& config, std::string_view list, std::string_view name, std::string_view key) {
  const Value* entries = config.Find(list);
  if (entries == nullptr) return nullptr;
  for (const auto& entry : entries->as_list()) {
    if (TextAt(&entry, "name") == name) return entry.Find(key);
  }
  return nullptr;
}

struct FileReader {
  std::string source;
  std::string directory;

  // Returns the bytes that KEY-data holds in base64, or those of the file that KEY names.
  Result<std::string> DataOrFile(const Value* map, const std::string& key) const {
    if (std::string data = TextAt(map, key + "-data"); !data.empty()) {
      std::erase_if(data, [](char c) { return c == '\n' || c == '\r'; });  // kubectl's decoder skips line breaks, too
      auto bytes = FromBase64(data);
      if (!bytes) return Fail(ErrorKind::kBadParameter, "{}: {}-data is not base64", source, key);
      return bytes;
    }
    const std::string path = PathOf(map, key);
    if (path.empty()) return std::string();
    return ReadFile(path, kMaxCredentialFileBytes);
  }

  // Returns the path that KEY names, or "".
  std::string PathOf(const Value* map, std::string_view key) const {
    const std::string path = TextAt(map, key);
    return path.empty() || path.starts_with('/') ? path : directory + "/" + path;
  }
};

Status ReadServer(const std::string& url, KubeEndpoint& endpoint) {
  std::string_view rest = url;
  endpoint.use_tls = !rest.starts_with("http://");
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  endpoint.path_prefix = rest.substr(slash);
  while (endpoint.path_prefix.ends_with('/')) endpoint.path_prefix.pop_back();
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(rest.substr(0, slash), endpoint.use_tls ? 443 : 80));
  endpoint.host = address.host;
  endpoint.port = address.port;
  if (endpoint.host.empty()) return Fail(ErrorKind::kBadParameter, "server \"{}\" is not a URL", url);
  return {};
}

Status ReadCluster(const FileReader& reader, const Value* cluster, KubeEndpoint& endpoint) {
  if (!TextAt(cluster, "proxy-url").empty()) {
    return Fail(ErrorKind::kNotImplemented, "{}: proxy-url is not implemented", reader.source);
  }
  RETURN_IF_ERROR(ReadServer(TextAt(cluster, "server"), endpoint));
  endpoint.server_name = TextAt(cluster, "tls-server-name");
  const Value* skip = cluster->Find("insecure-skip-tls-verify");
  endpoint.skip_verification = skip != nullptr && skip->as_bool();
  ASSIGN_OR_RETURN(endpoint.ca_pem, reader.DataOrFile(cluster, "certificate-authority"));
  return {};
}

Status ReadUser(const FileReader& reader, const Value* user, const Value& cluster, KubeEndpoint& endpoint) {
  if (user == nullptr) return {};
  if (!TextAt(user, "as").empty()) {
    return Fail(ErrorKind::kNotImplemented, "{}: impersonation by `as` is not implemented", reader.source);
  }
  if (user->Find("auth-provider") != nullptr) {
    return FailWithHint(
        ErrorKind::kNotImplemented, fmt::format("{}: credentials by auth-provider are not implemented", reader.source),
        "Kubernetes has replaced auth-provider by exec: write a new kubeconfig with your provider's tool");
  }

  ASSIGN_OR_RETURN(endpoint.client_certificate_pem, reader.DataOrFile(user, "client-certificate"));
  ASSIGN_OR_RETURN(std::string key, reader.DataOrFile(user, "client-key"));
  endpoint.client_key_pem = Secret(std::move(key));
  endpoint.bearer_token_file = reader.PathOf(user, "tokenFile");
  endpoint.bearer_token = Secret(TextAt(user, "token"));
  if (const std::string name = TextAt(user, "username"); !name.empty()) {
    endpoint.basic_authorization = Secret(name + ":" + TextAt(user, "password"));
  }

  const bool authorized = !endpoint.bearer_token_file.empty() || !endpoint.bearer_token.empty() ||
                          !endpoint.basic_authorization.empty() || !endpoint.client_certificate_pem.empty();
  if (const Value* exec = user->Find("exec"); exec != nullptr && exec->is_map() && !authorized) {
    ASSIGN_OR_RETURN(endpoint.exec, ReadExecPlugin(*exec, reader.source, reader.directory, cluster, endpoint.ca_pem));
  }
  return {};
}

bool ValidClusterName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  });
}

// A context's name becomes the name of a Kubernetes cluster.
Status CheckContextName(const std::string& name, const std::string& place) {
  if (ValidClusterName(name)) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("{}: context \"{}\" cannot be the name of a Kubernetes cluster", place, name),
                      "use letters, digits, dot, underscore and hyphen: kubectl config rename-context");
}

}  // namespace

Result<Value> ParseKubeconfig(std::string_view text, const std::string& source) {
  ASSIGN_OR_RETURN(auto documents, ParseYaml(text, source));
  if (documents.size() != 1 || !documents[0].is_map()) {
    return Fail(ErrorKind::kBadParameter, "{}: the kubeconfig is not one YAML map", source);
  }
  const Value* contexts = documents[0].Find("contexts");
  if (contexts == nullptr || contexts->as_list().empty()) {
    return Fail(ErrorKind::kBadParameter, "{}: the kubeconfig has no contexts", source);
  }
  return std::move(documents[0]);
}

Result<KubeEndpoint> ReadKubeContext(const Value& config, const Value& entry, const KubeconfigPlace& where) {
  const FileReader reader{where.source, where.directory};
  KubeEndpoint endpoint;
  endpoint.name = TextAt(&entry, "name");
  const Value* context = entry.Find("context");
  const Value* cluster = FindEntry(config, "clusters", TextAt(context, "cluster"), "cluster");
  if (cluster == nullptr) {
    return Fail(ErrorKind::kBadParameter, "{}: context \"{}\" names a cluster that the file does not define",
                PlaceIn(where.source, entry), endpoint.name);
  }
  RETURN_IF_ERROR(ReadCluster(reader, cluster, endpoint));
  RETURN_IF_ERROR(ReadUser(reader, FindEntry(config, "users", TextAt(context, "user"), "user"), *cluster, endpoint));
  return endpoint;
}

Result<KubeconfigContexts> LoadKubeconfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxCredentialFileBytes));
  ASSIGN_OR_RETURN(const Value config, ParseKubeconfig(text, path));
  const auto slash = path.rfind('/');
  const KubeconfigPlace where{path, slash == std::string::npos ? "." : path.substr(0, slash)};

  KubeconfigContexts kubeconfig;
  std::set<std::string> names;
  for (const auto& entry : config.Find("contexts")->as_list()) {
    const std::string name = TextAt(&entry, "name");
    const Status named = CheckContextName(name, PlaceIn(path, entry));
    Result<KubeEndpoint> endpoint = named ? ReadKubeContext(config, entry, where) : std::unexpected(named.error());
    if (!names.insert(name).second) {
      endpoint =
          Fail(ErrorKind::kBadParameter, "{}: an earlier context has the name \"{}\"", PlaceIn(path, entry), name);
    }
    if (endpoint) {
      kubeconfig.endpoints.push_back(std::move(*endpoint));
    } else {
      kubeconfig.unusable.push_back({name, endpoint.error()});
    }
  }
  return kubeconfig;
}

Result<KubeEndpoint> InClusterEndpoint(std::string_view name, const PodEnvironment& environment) {
  if (environment.service_host.empty() || environment.service_port.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "kube_cluster_name is set, and this process does not run in a pod",
                        "set kubeconfig_file outside of Kubernetes");
  }

  KubeEndpoint endpoint;
  endpoint.name = name;
  endpoint.host = environment.service_host;
  ASSIGN_OR_RETURN(const HostPort port, ParseHostPort(":" + environment.service_port, 443));
  endpoint.port = port.port;
  ASSIGN_OR_RETURN(endpoint.ca_pem, ReadFile(environment.account_dir + "/ca.crt", kMaxCredentialFileBytes));
  endpoint.bearer_token_file = environment.account_dir + "/token";
  return endpoint;
}

}  // namespace sallyport
