#include "libclient/session.h"

#include <algorithm>

#include "libclient/profile_status.h"
#include "libclient/web_client.h"
#include "teleport/trust/v1/trust_service.pb.h"

namespace sallyport {
namespace {

std::unexpected<Error> FailNotLoggedIn(std::string message, const Profile* profile) {
  std::string hint = "log in: tsh login --proxy=HOST --user=USER";
  if (profile != nullptr) {
    hint = fmt::format("log in: tsh login --proxy={} --user={}", profile->web_proxy_addr, profile->user);
  }
  return FailWithHint(ErrorKind::kNotLoggedIn, std::move(message), std::move(hint));
}

Status CheckExpiry(const Certificate& certificate, const Profile& profile, Time now) {
  if (now < certificate.not_after()) return {};
  return FailNotLoggedIn(fmt::format("the login at {} has expired", profile.Name()), &profile);
}

}  // namespace

Result<Session> OpenSession(const ProfileDirectory& directory, std::string_view profile_name, Time now) {
  auto profile = directory.Load(profile_name);
  if (!profile && profile.error().kind == ErrorKind::kNotFound) {
    return FailNotLoggedIn(profile_name.empty() ? "the profile directory has no login"
                                                : fmt::format("there is no login at {}", profile_name),
                           nullptr);
  }
  if (!profile) return std::unexpected(profile.error());

  Session session;
  session.profile = *profile;
  session.paths = PathsOf(directory, session.profile);
  if (!IsSafePathPart(session.profile.user)) return FailNotLoggedIn("the profile directory has no login", nullptr);

  // The certificate alone comes first: an expired login is said before any key is read.
  auto certificates = LoadCertificates(session.paths, session.profile.cluster);
  if (certificates) {
    ASSIGN_OR_RETURN(session.certificate, Certificate::FromPem(certificates->tls_certificate));
    RETURN_IF_ERROR(CheckExpiry(session.certificate, session.profile, now));
  }

  auto ring = certificates ? LoadKeys(session.paths, std::move(*certificates)) : std::move(certificates);
  if (!ring && ring.error().kind == ErrorKind::kNotFound) {
    return FailNotLoggedIn(fmt::format("there is no login at {}", session.profile.Name()), &session.profile);
  }
  if (!ring) return std::unexpected(ring.error());
  session.ring = std::move(*ring);
  session.root_cluster = session.certificate.issuer_common_name();
  return session;
}

Result<std::string> AuthoritiesOf(const Session& session, std::string_view cluster) {
  if (!session.authorities_pem.empty()) return session.authorities_pem;
  auto authorities = LoadTlsAuthorities(session.paths, cluster);
  if (!authorities) authorities = LoadTlsAuthorities(session.paths);
  if (authorities) return authorities;
  return FailNotLoggedIn(fmt::format("the certificate authorities of {} are missing", cluster), &session.profile);
}

Status RequireTlsRouting(const Session& session) {
  if (session.profile.tls_routing_enabled) return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("{} has no TLS routing, and connections without TLS routing are not implemented",
                                  session.profile.Name()),
                      "set proxy_listener_mode: multiplex on the cluster, then log in again");
}

Result<RpcOptions> AuthOptions(const Session& session, const NetworkSettings& settings, std::string_view program,
                               std::string_view cluster) {
  RETURN_IF_ERROR(RequireTlsRouting(session));
  RpcOptions options;
  ASSIGN_OR_RETURN(options.address, ParseHostPort(session.profile.web_proxy_addr, kDefaultWebPort));
  options.connection_upgrade = session.profile.tls_routing_conn_upgrade_required;
  options.cluster = cluster.empty() ? session.root_cluster : std::string(cluster);
  ASSIGN_OR_RETURN(options.authorities_pem, AuthoritiesOf(session, options.cluster));
  options.certificate = session.certificate;
  options.key_pem = session.ring.tls_key_pem.Clone();
  options.program = std::string(program);
  options.network = settings;
  return options;
}

Result<std::unique_ptr<RpcClient>> ConnectAuth(const Session& session, const NetworkSettings& settings,
                                               std::string_view program, std::string_view cluster) {
  ASSIGN_OR_RETURN(const RpcOptions options, AuthOptions(session, settings, program, cluster));
  return RpcClient::Connect(options);
}

Result<std::vector<ClusterAuthorities>> FetchAuthorities(RpcClient& rpc, const std::string& type,
                                                         std::string_view root_cluster) {
  teleport::trust::v1::GetCertAuthoritiesRequest request;
  request.set_type(type);
  ASSIGN_OR_RETURN(const auto answer, rpc.Call<teleport::trust::v1::GetCertAuthoritiesResponse>(
                                          "/teleport.trust.v1.TrustService/GetCertAuthorities", request));

  std::vector<ClusterAuthorities> all;
  for (const auto& authority : answer.cert_authorities_v2()) {
    ClusterAuthorities one;
    one.cluster = authority.spec().clustername();
    for (const auto* keys : {&authority.spec().activekeys(), &authority.spec().additionaltrustedkeys()}) {
      for (const auto& pair : keys->ssh()) one.ssh_keys.push_back(pair.publickey());
      for (const auto& pair : keys->tls()) one.tls_pems.push_back(pair.cert());
    }
    all.push_back(std::move(one));
  }

  std::ranges::stable_partition(all, [&](const auto& authority) { return authority.cluster == root_cluster; });
  if (all.empty()) return Fail(ErrorKind::kBadParameter, "the cluster has no {} authorities", type);
  return all;
}

Result<std::vector<ClusterAuthorities>> FetchHostAuthorities(RpcClient& rpc, std::string_view root_cluster) {
  return FetchAuthorities(rpc, "host", root_cluster);
}

}  // namespace sallyport
