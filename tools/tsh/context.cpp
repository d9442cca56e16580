#include "tools/tsh/context.h"

#include <algorithm>

#include "libbase/address.h"
#include "libclient/environment.h"
#include "libclient/identity_session.h"
#include "libclient/web_client.h"

namespace sallyport {

Result<ProfileDirectory> ProfilesOf(const Invocation& invocation) {
  return ProfilesFromEnvironment(invocation.Environment());
}

NetworkSettings NetworkOf(const Invocation& invocation) {
  return NetworkFromEnvironment(invocation.Environment(), GivenToProgram<TshOptions>(invocation).insecure);
}

std::string ProfileNameOf(const Invocation& invocation) {
  const TshOptions given = GivenToProgram<TshOptions>(invocation);
  std::string_view proxy = given.proxy;
  if (proxy.starts_with("https://")) proxy.remove_prefix(8);
  if (proxy.empty()) return {};
  const auto address = ParseHostPort(proxy, 443);
  return address ? address->host : std::string(proxy);
}

std::string ClusterOption(const Invocation& invocation) {
  std::string cluster = GivenToProgram<TshOptions>(invocation).cluster;
  return cluster.empty() ? invocation.Env("TELEPORT_SITE") : cluster;
}

std::string KubeconfigOf(const Invocation& invocation) {
  const std::string own = invocation.Env("TELEPORT_KUBECONFIG");
  return KubeconfigPath(own.empty() ? invocation.Env("KUBECONFIG") : own, invocation.Env("HOME"));
}

namespace {

Result<Session> IdentityOf(const Invocation& invocation) {
  const TshOptions given = GivenToProgram<TshOptions>(invocation);
  if (given.proxy.empty()) {
    return FailWithHint(ErrorKind::kUsage, "--identity needs --proxy", "tsh --identity=FILE --proxy=HOST:PORT COMMAND");
  }
  ASSIGN_OR_RETURN(const HostPort proxy, ResolveProxyAddress(given.proxy, NetworkOf(invocation)));
  ASSIGN_OR_RETURN(Session session, OpenIdentitySession(given.identity, proxy, Now()));
  RETURN_IF_ERROR(Discover(session, NetworkOf(invocation)));
  return session;
}

}  // namespace

Result<Session> SessionOf(const Invocation& invocation) {
  if (!GivenToProgram<TshOptions>(invocation).identity.empty()) return IdentityOf(invocation);
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

Value LabelsValue(const std::map<std::string, std::string>& labels) {
  Value value;
  for (const auto& [key, text] : labels) value.Set(key, text);
  return value;
}

}  // namespace sallyport
