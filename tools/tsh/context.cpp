#include "tools/tsh/context.h"

#include <algorithm>

#include "libbase/address.h"

namespace sallyport {

Result<ProfileDirectory> ProfilesOf(const Invocation& invocation) {
  const std::string home = invocation.Env("TELEPORT_HOME");
  if (!home.empty()) return ProfileDirectory(home);
  const std::string user_home = invocation.Env("HOME");
  if (!user_home.empty()) return ProfileDirectory(user_home + "/.tsh");
  return FailWithHint(ErrorKind::kBadParameter, "there is no home directory to keep profiles in",
                      "set HOME or TELEPORT_HOME");
}

NetworkSettings NetworkOf(const Invocation& invocation) {
  NetworkSettings settings;
  settings.insecure = invocation.Flag("insecure");
  settings.ssl_cert_file = invocation.Env("SSL_CERT_FILE");
  settings.ssl_cert_dir = invocation.Env("SSL_CERT_DIR");
  settings.https_proxy = invocation.Env("HTTPS_PROXY");
  if (settings.https_proxy.empty()) settings.https_proxy = invocation.Env("https_proxy");
  settings.no_proxy = invocation.Env("NO_PROXY");
  if (settings.no_proxy.empty()) settings.no_proxy = invocation.Env("no_proxy");
  settings.conn_upgrade = invocation.Env("TELEPORT_TLS_ROUTING_CONN_UPGRADE");
  return settings;
}

std::string ProfileNameOf(const Invocation& invocation) {
  std::string_view proxy = invocation.Get("proxy");
  if (proxy.starts_with("https://")) proxy.remove_prefix(8);
  if (proxy.empty()) return {};
  const auto address = ParseHostPort(proxy, 443);
  return address ? address->host : std::string(proxy);
}

std::string ClusterOption(const Invocation& invocation) {
  const std::string& cluster = invocation.Get("cluster");
  return cluster.empty() ? invocation.Env("TELEPORT_SITE") : cluster;
}

std::string KubeconfigOf(const Invocation& invocation) {
  const std::string own = invocation.Env("TELEPORT_KUBECONFIG");
  return KubeconfigPath(own.empty() ? invocation.Env("KUBECONFIG") : own, invocation.Env("HOME"));
}

Result<Session> SessionOf(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  return OpenSession(directory, ProfileNameOf(invocation), Now());
}

std::string ClusterOf(const Invocation& invocation, const Profile& profile) {
  const std::string cluster = ClusterOption(invocation);
  return cluster.empty() ? profile.cluster : cluster;
}

Result<std::shared_ptr<RpcClient>> ConnectOf(const Invocation& invocation, const Session& session) {
  ASSIGN_OR_RETURN(auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name,
                                         ClusterOf(invocation, session.profile)));
  return std::shared_ptr<RpcClient>(std::move(rpc));
}

std::string LabelsText(const std::map<std::string, std::string>& labels, bool internal_too) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) {
    if (!internal_too && key.starts_with("teleport.internal/")) continue;
    parts.push_back(fmt::format("{}={}", key, value));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

Value LabelsValue(const std::map<std::string, std::string>& labels) {
  Value value;
  for (const auto& [key, text] : labels) value.Set(key, text);
  return value;
}

}  // namespace sallyport
