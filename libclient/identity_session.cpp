#include "libclient/identity_session.h"

#include "libclient/connection_upgrade.h"
#include "libclient/login.h"
#include "libclient/web_client.h"
#include "libidentity/identity_file.h"

namespace sallyport {

Result<Session> OpenIdentitySession(const std::string& path, const HostPort& proxy, Time now) {
  auto file = ReadIdentityFile(path);
  if (!file) return std::unexpected(InContext("identity file", file.error()));

  Session session;
  auto certificate = Certificate::FromPem(file->tls_certificate);
  if (!certificate) return std::unexpected(InContext(path, certificate.error()));
  session.certificate = *certificate;
  if (now >= session.certificate.not_after()) {
    return FailWithHint(
        ErrorKind::kNotLoggedIn,
        fmt::format("the identity file {} has expired at {}", path, FormatTime(session.certificate.not_after())),
        "make a new identity file: tctl auth sign, tsh login --out, or tbot");
  }

  session.root_cluster = session.certificate.issuer_common_name();
  const auto identity = session.certificate.ToIdentity();
  if (!identity) return std::unexpected(InContext(path, identity.error()));
  session.profile.user = identity->username;
  session.profile.cluster = identity->route_to_cluster.empty() ? session.root_cluster : identity->route_to_cluster;
  session.profile.web_proxy_addr = FormatHostPort(proxy);

  session.identity_path = path;
  for (const auto& authority : file->tls_authorities) session.authorities_pem += authority;
  session.ssh_authorities = std::move(file->ssh_authorities);
  session.ring.ssh_key_pem = file->private_key.Clone();
  session.ring.tls_key_pem = std::move(file->private_key);
  session.ring.ssh_certificate = std::move(file->ssh_certificate);
  session.ring.tls_certificate = std::move(file->tls_certificate);
  return session;
}

Status Discover(Session& session, const NetworkSettings& settings) {
  ASSIGN_OR_RETURN(const HostPort proxy, ParseHostPort(session.profile.web_proxy_addr, kDefaultWebPort));
  ASSIGN_OR_RETURN(const PingAnswer ping, WebClient(proxy, settings).Find());
  ASSIGN_OR_RETURN(Profile profile, ProfileOfPing(proxy, ping));
  profile.user = session.profile.user;
  profile.cluster = session.profile.cluster;
  ASSIGN_OR_RETURN(const HostPort web, ParseHostPort(profile.web_proxy_addr, kDefaultWebPort));
  profile.tls_routing_conn_upgrade_required = profile.tls_routing_enabled && NeedsConnectionUpgrade(web, settings);
  session.profile = std::move(profile);
  return {};
}

}  // namespace sallyport
