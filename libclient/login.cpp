#include "libclient/login.h"

#include "libclient/connection_upgrade.h"
#include "libclient/profile_status.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

struct SuiteRow {
  std::string_view name;
  KeyAlgorithm ssh;
  KeyAlgorithm tls;
};
constexpr SuiteRow kSuites[] = {
    {"balanced-v1", KeyAlgorithm::kEd25519, KeyAlgorithm::kEcdsaP256},
    {"fips-v1", KeyAlgorithm::kEcdsaP256, KeyAlgorithm::kEcdsaP256},
    {"hsm-v1", KeyAlgorithm::kEd25519, KeyAlgorithm::kEcdsaP256},
};

constexpr int kSshPort = 3023;
constexpr int kKubePort = 3026;
constexpr int kPostgresPort = 5432;
constexpr int kMysqlPort = 3036;

// "public" when there is one, else the web proxy's host with the port that is listened on; empty without either.
Result<std::string> AddressOf(const std::string& host, const std::string& public_addr, const std::string& listen_addr,
                              int port) {
  if (!public_addr.empty()) {
    ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(public_addr, port));
    return FormatHostPort(address);
  }
  if (listen_addr.empty()) return std::string();
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(listen_addr, port));
  return FormatHostPort({host, address.port});
}

Result<LoginAnswer> GetCertificates(const WebClient& web, const LoginOptions& options, const UserKeys& keys) {
  ASSIGN_OR_RETURN(const LoginChallenge challenge, web.BeginLogin(options.user, options.password));
  FinishLogin request;
  if (challenge.totp) {
    ASSIGN_OR_RETURN(request.totp_code, options.ask_code());
  } else if (challenge.webauthn) {
    return FailWithHint(ErrorKind::kNotImplemented, "the account has only security keys, which are not implemented",
                        "add an authenticator app to the account");
  }

  request.user = options.user;
  request.password = options.password.Clone();
  request.ssh_public_key = keys.ssh.public_key().ToAuthorizedKey() + "\n";
  request.tls_public_key = keys.tls.public_key().ToPem();
  request.ttl = options.ttl;
  request.route_to_cluster = options.cluster;
  request.kubernetes_cluster = options.kube_cluster;
  return web.Finish(request);
}

// Completes a login over a connection with the new certificates: fetches the authorities of all clusters, and checks
// that the login may be used.
Result<std::vector<ClusterAuthorities>> FinishOnline(const Session& session, const LoginOptions& options) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, options.network, options.program));
  ASSIGN_OR_RETURN(auto authorities, FetchHostAuthorities(*rpc, session.root_cluster));
  types::AccessCapabilitiesRequest request;
  request.set_user(session.user());
  ASSIGN_OR_RETURN(const auto capabilities,
                   rpc->Call<types::AccessCapabilities>("/proto.AuthService/GetAccessCapabilities", request));
  if (options.while_connected) options.while_connected(*rpc, capabilities);
  return authorities;
}

KeyRing MakeKeyRing(const UserKeys& keys, const LoginAnswer& answer) {
  KeyRing ring;
  ring.ssh_key_pem = keys.ssh.ToSshPem();
  ring.tls_key_pem = keys.tls.ToPem();
  ring.ssh_public_key = keys.ssh.public_key().ToAuthorizedKey() + "\n";
  ring.ssh_certificate = answer.ssh_certificate;
  ring.tls_certificate = answer.tls_certificate;
  return ring;
}

// With a clock that is ahead every new login has expired already, however often the user logs in again.
Status CheckClock(const Certificate& issued) {
  const Time now = Now();
  if (now < issued.not_after()) return {};
  return FailWithHint(
      ErrorKind::kBadParameter,
      fmt::format("the clock of this host is ahead: the time here is {}, and the certificate that the cluster has just "
                  "issued ends at {}",
                  FormatTime(std::chrono::floor<std::chrono::seconds>(now)), FormatTime(issued.not_after())),
      "set the clock (timedatectl set-ntp true), then log in again");
}

// A login that is nowhere but in memory.
struct Fresh {
  Session session;
  std::vector<ClusterAuthorities> authorities;
};

Result<Fresh> LogIn(const PingAnswer& ping, const LoginOptions& options, const UserKeys& keys) {
  ASSIGN_OR_RETURN(LoginAnswer answer, GetCertificates(WebClient(options.proxy, options.network), options, keys));
  Session session;
  ASSIGN_OR_RETURN(session.profile, ProfileOfPing(options.proxy, ping));
  ASSIGN_OR_RETURN(session.certificate, Certificate::FromPem(answer.tls_certificate));
  RETURN_IF_ERROR(CheckClock(session.certificate));

  session.root_cluster = session.certificate.issuer_common_name();
  session.profile.user = answer.username.empty() ? options.user : answer.username;
  session.profile.cluster = options.cluster.empty() ? session.root_cluster : options.cluster;
  session.profile.mfa_mode = options.mfa_mode;
  ASSIGN_OR_RETURN(const HostPort web_address, ParseHostPort(session.profile.web_proxy_addr, kDefaultWebPort));
  session.profile.tls_routing_conn_upgrade_required =
      session.profile.tls_routing_enabled && NeedsConnectionUpgrade(web_address, options.network);

  session.ring = MakeKeyRing(keys, answer);
  for (const auto& authority : answer.host_authorities) {
    for (const auto& pem : authority.tls_pems) session.authorities_pem += pem;
  }
  return Fresh{std::move(session), std::move(answer.host_authorities)};
}

// Keeps a login in the profile directory.
Status Keep(const Session& session, const std::vector<ClusterAuthorities>& authorities, const LoginOptions& options) {
  RETURN_IF_ERROR(SaveAuthorities(session.paths, authorities));
  ASSIGN_OR_RETURN(const auto all, FinishOnline(session, options));
  return SaveAuthorities(session.paths, all);
}

}  // namespace

Result<UserKeys> GenerateUserKeys(std::string_view suite) {
  UserKeys keys;
  for (const auto& row : kSuites) {
    if (row.name != suite) continue;
    ASSIGN_OR_RETURN(keys.ssh, GeneratePrivateKey(row.ssh));
    ASSIGN_OR_RETURN(keys.tls, GeneratePrivateKey(row.tls));
    return keys;
  }
  ASSIGN_OR_RETURN(keys.ssh, GeneratePrivateKey(KeyAlgorithm::kRsa2048));
  keys.tls = keys.ssh;
  return keys;
}

Result<PrivateKey> GenerateTlsKey(std::string_view suite) {
  for (const auto& row : kSuites) {
    if (row.name == suite) return GeneratePrivateKey(row.tls);
  }
  return GeneratePrivateKey(KeyAlgorithm::kRsa2048);
}

Result<Profile> ProfileOfPing(const HostPort& proxy, const PingAnswer& ping) {
  HostPort web = proxy;
  if (!ping.ssh_public_addr.empty()) {
    ASSIGN_OR_RETURN(web, ParseHostPort(ping.ssh_public_addr, kDefaultWebPort));
  }

  Profile profile;
  profile.web_proxy_addr = FormatHostPort(web);
  ASSIGN_OR_RETURN(profile.ssh_proxy_addr, AddressOf(web.host, ping.ssh_proxy_addr, ping.ssh_listen_addr, kSshPort));
  if (ping.kube_enabled && ping.tls_routing_enabled) {
    profile.kube_proxy_addr = profile.web_proxy_addr;
  } else if (ping.kube_enabled) {
    const std::string listen = ping.kube_listen_addr.empty() ? ":3026" : ping.kube_listen_addr;
    ASSIGN_OR_RETURN(profile.kube_proxy_addr, AddressOf(web.host, ping.kube_public_addr, listen, kKubePort));
  }

  ASSIGN_OR_RETURN(profile.postgres_proxy_addr,
                   AddressOf(web.host, ping.postgres_public_addr, ping.postgres_listen_addr, kPostgresPort));
  ASSIGN_OR_RETURN(profile.mysql_proxy_addr,
                   AddressOf(web.host, ping.mysql_public_addr, ping.mysql_listen_addr, kMysqlPort));
  profile.tls_routing_enabled = ping.tls_routing_enabled;
  profile.load_all_cas = ping.load_all_cas;
  return profile;
}

Result<Session> Login(const ProfileDirectory& directory, const PingAnswer& ping, const LoginOptions& options) {
  ASSIGN_OR_RETURN(const UserKeys keys, GenerateUserKeys(ping.key_suite));
  ASSIGN_OR_RETURN(Fresh fresh, LogIn(ping, options, keys));
  Session& session = fresh.session;
  session.paths = PathsOf(directory, session.profile);

  RETURN_IF_ERROR(SaveKeyRing(session.paths, session.profile.cluster, session.ring));
  if (const Status kept = Keep(session, fresh.authorities, options); !kept) {
    std::ignore = RemoveKeyRing(session.paths);
    return std::unexpected(kept.error());
  }

  session.authorities_pem.clear();
  RETURN_IF_ERROR(RemoveFile(session.paths.KubeLock()));
  RETURN_IF_ERROR(directory.Save(session.profile, true));
  return std::move(session);
}

Result<LoginForFile> LoginToFile(const PingAnswer& ping, const LoginOptions& options, IdentityFormat format) {
  ASSIGN_OR_RETURN(UserKeys keys, GenerateUserKeys(ping.key_suite));
  if (format != IdentityFormat::kOpenssh) keys.ssh = keys.tls;
  ASSIGN_OR_RETURN(Fresh fresh, LogIn(ping, options, keys));
  ASSIGN_OR_RETURN(auto authorities, FinishOnline(fresh.session, options));
  return LoginForFile{std::move(fresh.session), std::move(authorities)};
}

}  // namespace sallyport
