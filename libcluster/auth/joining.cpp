#include "libcluster/auth/joining.h"

#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/host_caller.h"
#include "libcluster/auth/system_identity.h"
#include "libresources/token.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using types::ProvisionTokenV2;

constexpr std::string_view kInstance = "Instance";
constexpr std::string_view kBot = "Bot";
constexpr std::size_t kMaxNames = 32;

// Roles whose services are asked for by names of their own.
constexpr std::array<std::string_view, 5> kRolesWithNames{"Auth", "Proxy", "Kube", "WindowsDesktop", "Relay"};

Error Denied(std::string_view why) {
  return {ErrorKind::kAccessDenied, fmt::format("access denied: {}", why),
          "make a token on the cluster: tctl tokens add --type=node"};
}

// A token of the configuration file as one of the others.
std::optional<ProvisionTokenV2> StaticToken(AuthServer& auth, const std::string& name) {
  if (!auth.options().static_tokens) return std::nullopt;
  for (const auto& fixed : auth.options().static_tokens->spec().statictokens()) {
    if (!EqualInConstantTime(fixed.token(), name)) continue;
    ProvisionTokenV2 token;
    *token.mutable_spec()->mutable_roles() = fixed.roles();
    token.mutable_spec()->set_joinmethod("token");
    return token;
  }
  return std::nullopt;
}

Result<ProvisionTokenV2> FindToken(AuthServer& auth, const std::string& name) {
  if (auto fixed = StaticToken(auth, name)) return std::move(*fixed);
  auto token = GetResource<ProvisionTokenV2>(auth.backend(), "token", name);
  if (!token && token.error().kind == ErrorKind::kNotFound) {
    return std::unexpected(Denied("the token is not known, or has expired"));
  }
  return token;
}

// The system roles that the certificate gets.
Result<std::vector<std::string>> RolesOf(const ProvisionTokenV2& token, const std::string& wanted) {
  const std::vector<std::string> roles(token.spec().roles().begin(), token.spec().roles().end());
  const std::string& method = token.spec().joinmethod();
  if (!method.empty() && method != "token") {
    return std::unexpected(Denied(fmt::format("the token is for joining by {}", method)));
  }
  if (std::ranges::find(roles, kBot) != roles.end()) {
    return Fail(ErrorKind::kNotImplemented, "bots do not join this cluster yet");
  }
  if (wanted == kInstance) return roles;
  if (std::ranges::find(roles, wanted) != roles.end()) return std::vector<std::string>{wanted};
  return std::unexpected(Denied(fmt::format("the token is not for {}", StripControl(wanted))));
}

// The same for a host that has joined: no more than it has.
Result<std::vector<std::string>> RolesOf(const Caller& caller, std::string_view cluster, const JoinRequest& request,
                                         const std::vector<std::string>& system_roles) {
  const bool is_instance = request.role == kInstance;
  if (!is_instance && !system_roles.empty()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: only an Instance has several roles");
  }
  const auto roles = is_instance ? system_roles : std::vector<std::string>{request.role};
  if (roles.empty()) return Fail(ErrorKind::kBadParameter, "an Instance has one role at least");
  for (const auto& role : roles) {
    ASSIGN_OR_RETURN(const std::string host_id, HostOfCaller(caller, cluster, role));
    if (host_id != request.host_id) {
      return Fail(ErrorKind::kAccessDenied, "access denied: hosts get certificates for themselves alone");
    }
  }
  return roles;
}

Result<JoinResult> Issue(AuthServer& auth, const JoinRequest& request, std::vector<std::string> roles) {
  if (request.additional_principals.size() > kMaxNames || request.dns_names.size() > kMaxNames) {
    return Fail(ErrorKind::kLimitExceeded, "a host has at most {} names", kMaxNames);
  }
  HostCertificateRequest host;
  host.role = request.role;
  host.system_roles = std::move(roles);
  host.host_id = request.host_id;
  host.node_name = request.node_name;
  host.principals = request.additional_principals;
  const auto has_names = [](const std::string& role) {
    return std::ranges::find(kRolesWithNames, role) != kRolesWithNames.end();
  };
  if (std::ranges::any_of(host.system_roles, has_names)) host.dns_names = request.dns_names;
  ASSIGN_OR_RETURN(host.tls_key, ParsePublicKeyPem(request.public_tls_key));
  ASSIGN_OR_RETURN(const AuthorizedKey ssh_key, ParseAuthorizedKey(request.public_ssh_key));
  host.ssh_key = ssh_key.key;
  ASSIGN_OR_RETURN(const HostCertificates issued, IssueHostCertificates(auth.authorities(), host));
  return JoinResult{issued.ssh, issued.tls, {auth.authorities().HostTlsPem()}, auth.authorities().HostSshKeys()};
}

Result<JoinResult> Join(AuthServer& auth, const JoinRequest& request) {
  if (!IsUuid(request.host_id)) return Fail(ErrorKind::kBadParameter, "hostID is no UUID");
  ASSIGN_OR_RETURN(const ProvisionTokenV2 token, FindToken(auth, request.token));
  ASSIGN_OR_RETURN(auto roles, RolesOf(token, request.role));
  return Issue(auth, request, std::move(roles));
}

}  // namespace

Result<JoinResult> JoinCluster(AuthServer& auth, const JoinRequest& request) {
  auto joined = Join(auth, request);
  AuditEvent event(joined ? audit::kInstanceJoin : audit::kInstanceJoinFailure, auth.cluster_name());
  event.Add("host_id", request.host_id).Add("node_name", request.node_name).Add("role", request.role);
  event.Add("method", "token").Add("addr.remote", request.remote_address);
  event.Success(joined.has_value(), joined ? "" : joined.error().message);
  RETURN_IF_ERROR(auth.Emit(event));
  return joined;
}

Result<JoinResult> RenewHost(AuthServer& auth, const Caller& caller, const JoinRequest& request,
                             const std::vector<std::string>& system_roles) {
  ASSIGN_OR_RETURN(auto roles, RolesOf(caller, auth.cluster_name(), request, system_roles));
  return Issue(auth, request, std::move(roles));
}

}  // namespace sallyport
