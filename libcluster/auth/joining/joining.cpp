#include "libcluster/auth/joining/joining.h"

#include <algorithm>
#include <array>

#include "libbase/address.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libbase/text.h"
#include "libcluster/auth/access/host_caller.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/bot_joining.h"
#include "libcluster/auth/joining/join_methods.h"
#include "libcluster/auth/joining/join_proof.h"
#include "libcluster/auth/trust/hosts.h"
#include "libcluster/auth/trust/system_identity.h"
#include "libidentity/host_id.h"
#include "libidentity/host_proof.h"
#include "libidentity/server_names.h"
#include "libidentity/x509.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using types::ProvisionTokenV2;

// Roles with names of their own under which clients reach the service.
constexpr std::array<std::string_view, 2> kRolesWithNames{"Kube", "WindowsDesktop"};
// Services that only run in the auth service's process; clients and agents trust their certificates.
constexpr std::array<std::string_view, 4> kRolesOfThisProcess{"Auth", "Proxy", "Relay", "Trusted_cluster"};

// Returns whether a name is reserved: for the cluster's own services, or as another host's id.
bool IsOfOthers(std::string_view host_id, const std::string& lower) {
  if (lower == kClusterDomain || lower.ends_with(fmt::format(".{}", kClusterDomain))) return true;
  if (lower.starts_with(kKubeServerPrefix)) return true;
  const std::string_view first = std::string_view(lower).substr(0, lower.find('.'));
  return IsUuid(first) && first != host_id;
}

// Returns whether a name is reserved or the proxy's name, which may also be this host's own.
bool IsReserved(const AuthServer& auth, std::string_view host_id, std::string_view name) {
  const std::string lower = LowerCase(name);
  const auto proxy = ParseHostPort(auth.options().proxy_public_address, 0);
  return IsOfOthers(host_id, lower) || (proxy && lower == LowerCase(proxy->host) && lower != "localhost");
}

// Returns the allowed names among those that a host requests. Teleport's agents request some reserved names, so these
// are left out, not refused.
std::vector<std::string> NamesFor(const AuthServer& auth, std::string_view host_id, std::vector<std::string> wanted) {
  std::erase_if(wanted, [&](const std::string& name) {
    const bool reserved = IsReserved(auth, host_id, name);
    if (reserved)
      Log(LogLevel::kDebug, "a host's certificate does not get a reserved name",
          {{"host", std::string(host_id)}, {"name", name}});
    return reserved;
  });
  return wanted;
}

// Tokens of earlier versions and of the configuration file may allow roles that new tokens may not.
Status CheckRole(std::string_view role) {
  if (!IsServiceRole(role)) {
    return std::unexpected(JoinDenied(fmt::format("a token cannot give the role {}", StripControl(role))));
  }
  if (std::ranges::find(kRolesOfThisProcess, role) == kRolesOfThisProcess.end()) return {};
  return Fail(ErrorKind::kNotImplemented, "services of the role {} on other hosts are not implemented", role);
}

// Returns the system roles that the certificate gets; the token gives the wanted role.
Result<std::vector<std::string>> RolesOf(const ProvisionTokenV2& token, const std::string& wanted) {
  std::vector<std::string> given(token.spec().roles().begin(), token.spec().roles().end());
  // A bot is no host.
  std::erase(given, kBotRole);
  if (given.empty()) return std::unexpected(JoinDenied("the token belongs to a bot"));
  const auto roles = wanted == kInstanceRole ? given : std::vector<std::string>{wanted};
  for (const auto& role : roles) RETURN_IF_ERROR(CheckRole(role));
  return roles;
}

// Returns the system roles for a joined host: at most those that it has.
Result<std::vector<std::string>> RolesOf(const Caller& caller, std::string_view cluster, const JoinRequest& request,
                                         const std::vector<std::string>& system_roles) {
  const bool is_instance = request.role == kInstanceRole;
  if (!is_instance && !system_roles.empty()) {
    return Fail(ErrorKind::kAccessDenied,
                "access denied: only a certificate for the role Instance can have several roles");
  }
  const auto roles = is_instance ? system_roles : std::vector<std::string>{request.role};
  if (roles.empty())
    return Fail(ErrorKind::kBadParameter, "a certificate for the role Instance needs at least one role");
  for (const auto& role : roles) {
    ASSIGN_OR_RETURN(const std::string host_id, HostOfCaller(caller, cluster, role));
    if (host_id != request.host_id) {
      return Fail(ErrorKind::kAccessDenied, "access denied: a host can get certificates only for its own id");
    }
  }
  return roles;
}

// The host that gets certificates, and its group.
struct Joiner {
  std::string host_id;
  std::string group;
  std::vector<std::string> roles;
  bool by_token = false;
};

Result<JoinResult> Issue(AuthServer& auth, const JoinRequest& request, const Joiner& joiner) {
  if (IsOfOthers(joiner.host_id, LowerCase(request.node_name))) {
    return Fail(ErrorKind::kBadParameter,
                "a host cannot have the name \"{}\", which belongs to another host or to the cluster",
                request.node_name);
  }

  HostCertificateRequest host;
  host.role = request.role;
  host.system_roles = joiner.roles;
  host.host_id = joiner.host_id;
  host.node_name = request.node_name;
  host.ttl = kHostCertificateLife;
  host.principals = NamesFor(auth, joiner.host_id, request.additional_principals);
  const auto has_names = [](const std::string& role) {
    return std::ranges::find(kRolesWithNames, role) != kRolesWithNames.end();
  };
  if (std::ranges::any_of(host.system_roles, has_names)) {
    host.dns_names = NamesFor(auth, joiner.host_id, request.dns_names);
  }

  ASSIGN_OR_RETURN(host.tls_key, ParsePublicKeyPem(request.public_tls_key));
  ASSIGN_OR_RETURN(const AuthorizedKey ssh_key, ParseAuthorizedKey(request.public_ssh_key));
  host.ssh_key = ssh_key.key;
  ASSIGN_OR_RETURN(const HostCertificates issued, IssueHostCertificates(auth.authorities(), host));

  BackendTransaction transaction;
  PutHostGroup(transaction, joiner.host_id, joiner.group, Now() + host.ttl);
  if (joiner.by_token) transaction.Remove(DiscoveryGroupKey(joiner.host_id), false);
  RETURN_IF_ERROR(auth.backend().Commit(std::move(transaction)));
  return JoinResult{
      joiner.host_id, issued.ssh, issued.tls, {auth.authorities().HostTlsPem()}, auth.authorities().HostSshKeys()};
}

// Returns the host id of an expired certificate of this cluster, after checking the signature by its key.
Result<std::string> ProvenHost(AuthServer& auth, const JoinRequest& request, const HostProof& proof) {
  const auto leaf = Certificate::FromPem(proof.certificate);
  if (!leaf) return std::unexpected(JoinDenied("the host's certificate cannot be read"));

  // Verifies the certificate at its last second of validity.
  const Time then = std::min(Now(), leaf->not_after() - std::chrono::seconds(1));
  const TrustSet trust = auth.authorities().Trust();
  ASSIGN_OR_RETURN(const auto authority, trust.Verify(*leaf, then, LeafUsage::kClient));
  ASSIGN_OR_RETURN(const Identity identity, leaf->ToIdentity());
  const std::string host_id = HostIdOf(identity);
  const bool of_a_host = authority->ca_type == "host" && identity.teleport_cluster == auth.cluster_name() &&
                         IsUuid(host_id) && host_id != auth.options().host_id;
  if (!of_a_host) return std::unexpected(JoinDenied("the certificate does not belong to a host that has joined"));

  const std::string text = HostProofText(auth.cluster_name(), host_id, request.public_tls_key, request.public_ssh_key);
  if (!leaf->public_key().Verify(text, proof.signature)) {
    return std::unexpected(JoinDenied("the signature was not made with the key of the host's certificate"));
  }
  RETURN_IF_ERROR(auth.locks().CheckHost(host_id));
  return host_id;
}

Result<JoinResult> JoinHost(AuthServer& auth, const JoinRequest& request, const HostProof* proof, JoinTrail& trail) {
  if (!request.host_id.empty() && !IsUuid(request.host_id)) {
    return Fail(ErrorKind::kBadParameter, "hostID is not a UUID");
  }
  ASSIGN_OR_RETURN(const ProvisionTokenV2 token, VerifyJoin(auth, request, trail));
  Joiner joiner{RandomUuid(), HostGroupOfToken(request.token), {}, true};
  ASSIGN_OR_RETURN(joiner.roles, RolesOf(token, request.role));
  if (proof != nullptr) {
    ASSIGN_OR_RETURN(joiner.host_id, ProvenHost(auth, request, *proof));
  }
  return Issue(auth, request, joiner);
}

// Joins the host and writes the event.
Result<JoinResult> JoinAudited(AuthServer& auth, const JoinRequest& request, const HostProof* proof) {
  RETURN_IF_ERROR(auth.join_limits().Admit(request.remote_address));
  JoinTrail trail;
  auto joined = JoinHost(auth, request, proof, trail);
  if (!joined) auth.join_limits().CountRefused(request.remote_address);

  AuditEvent event(joined ? audit::kInstanceJoin : audit::kInstanceJoinFailure, auth.cluster_name());
  event.Add("host_id", ShownInEvent(joined ? joined->host_id : request.host_id));
  event.Add("node_name", ShownInEvent(request.node_name)).Add("role", ShownInEvent(request.role));
  event.Add("addr.remote", request.remote_address);
  AddTrail(trail, joined ? Status() : Status(std::unexpected(joined.error())), event);
  RETURN_IF_ERROR(auth.Emit(event));
  return joined;
}

}  // namespace

Result<JoinResult> JoinCluster(AuthServer& auth, const JoinRequest& request) {
  if (request.role == kBotRole) return JoinBot(auth, request);
  return JoinAudited(auth, request, nullptr);
}

Result<JoinResult> RejoinCluster(AuthServer& auth, const JoinRequest& request, const HostProof& proof) {
  return JoinAudited(auth, request, &proof);
}

Result<JoinResult> RenewHost(AuthServer& auth, const Caller& caller, const JoinRequest& request,
                             const std::vector<std::string>& system_roles) {
  RETURN_IF_ERROR(CheckJoinSizes(request));
  Joiner joiner;
  ASSIGN_OR_RETURN(joiner.roles, RolesOf(caller, auth.cluster_name(), request, system_roles));
  joiner.host_id = request.host_id;
  ASSIGN_OR_RETURN(joiner.group, HostGroup(auth.backend(), joiner.host_id));
  return Issue(auth, request, joiner);
}

}  // namespace sallyport
