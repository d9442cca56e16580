#include "libcluster/auth/trust/user_certs.h"

#include <algorithm>

#include "libbase/text.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/ssh_identity.h"
#include "libresources/access/access.h"

namespace sallyport {
namespace {

constexpr std::string_view kJoinPrincipal = "-teleport-internal-join";

SshPermissions PermissionsOf(const AccessChecker& access, const std::vector<std::string>& logins) {
  SshPermissions permissions;
  permissions.permit_x11_forwarding = access.PermitX11Forwarding();
  permissions.permit_agent_forwarding =
      std::ranges::any_of(logins, [&](const std::string& login) { return access.CanForwardAgent(login); });
  // A certificate cannot allow one direction alone; plain OpenSSH servers would allow both.
  permissions.permit_port_forwarding = access.PortForwardingMode() == PortForwarding::kOn;
  for (const auto& extension : access.CertExtensions()) permissions.custom_extensions[extension.name] = extension.value;
  return permissions;
}

SshCertificateFormat FormatOf(const UserCertsRequest& request) {
  const std::string format = request.format.empty() ? request.access->CertificateFormat() : request.format;
  return format == "oldssh" ? SshCertificateFormat::kOldSsh : SshCertificateFormat::kStandard;
}

// Returns the identity of the SSH certificate: with all logins, or with the requested login alone when OpenSSH could
// not read all of them.
Result<Identity> SshIdentity(const Identity& identity, const std::string& login) {
  if (login.empty() || identity.principals.size() <= kMaxOpenSshPrincipals) return identity;
  if (std::ranges::find(identity.principals, login) == identity.principals.end()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the user has no login \"{}\"", StripControl(login));
  }
  Identity one = identity;
  one.principals = {login, std::string(kJoinPrincipal)};
  return one;
}

}  // namespace

Result<Identity> UserCertIssuer::BuildIdentity(const UserCertsRequest& request, Nanoseconds ttl) const {
  const AccessChecker& access = *request.access;
  Identity identity = request.base;
  identity.username = access.user();
  identity.groups = access.RoleNames();
  identity.traits = request.traits;
  identity.teleport_cluster = authorities_.cluster_name();
  if (identity.route_to_cluster.empty()) identity.route_to_cluster = authorities_.cluster_name();
  if (identity.private_key_policy.empty()) identity.private_key_policy = "none";
  if (identity.user_type.empty()) identity.user_type = "local";

  // An Admin's certificate may exceed the roles' lifetime; it then has the logins of the longest allowed lifetime.
  const Nanoseconds for_roles = request.ignore_role_ttl ? access.AdjustSessionTtl(ttl) : ttl;
  ASSIGN_OR_RETURN(identity.principals, access.CheckLogins(for_roles));
  identity.principals.emplace_back(kJoinPrincipal);
  if (access.PinSourceIp()) {
    return Fail(ErrorKind::kAccessDenied, "source IP pinning is only supported in Teleport Enterprise");
  }

  const auto kube = access.AllKubeGroupsAndUsers(for_roles);
  if (kube) {
    identity.kubernetes_groups = kube->groups;
    identity.kubernetes_users = kube->users;
  } else if (kube.error().kind != ErrorKind::kNotFound) {
    return std::unexpected(kube.error());
  }

  auto external = access.ExternalNamesFor(for_roles);
  identity.database_names = std::move(external.database_names);
  identity.database_users = std::move(external.database_users);
  identity.aws_role_arns = std::move(external.aws_role_arns);
  identity.azure_identities = std::move(external.azure_identities);
  identity.gcp_service_accounts = std::move(external.gcp_service_accounts);
  identity.expires = Now() + ttl;
  return identity;
}

Result<UserCerts> UserCertIssuer::Issue(const UserCertsRequest& request) const {
  if (!request.ssh_key && !request.tls_key) {
    return Fail(ErrorKind::kBadParameter, "'ssh_pub_key' or 'tls_pub_key' must be set");
  }
  const std::string policy = request.access->PrivateKeyPolicy("none");
  if (policy != "none" && policy != request.base.private_key_policy) {
    return Fail(ErrorKind::kBadParameter, "private key policy not met: {}", policy);
  }
  const Nanoseconds ttl = request.ignore_role_ttl ? request.ttl : request.access->AdjustSessionTtl(request.ttl);
  ASSIGN_OR_RETURN(Identity identity, BuildIdentity(request, ttl));
  RETURN_IF_ERROR(locks_.Check(identity));

  UserCerts certs;
  Identity ssh_identity;
  if (request.ssh_key) {
    ASSIGN_OR_RETURN(const CertSigner signer, authorities_.Signer("user"));
    ASSIGN_OR_RETURN(ssh_identity, SshIdentity(identity, request.ssh_login));
    const UserSshRequest ssh{ssh_identity,
                             PermissionsOf(*request.access, ssh_identity.principals),
                             FormatOf(request),
                             *request.ssh_key,
                             Now(),
                             ttl};
    ASSIGN_OR_RETURN(const SshCertificate certificate, IssueUserSshCertificate(ssh, signer.ssh_key));
    certs.ssh = certificate.ToAuthorizedKey() + "\n";
  }
  if (request.tls_key) {
    ASSIGN_OR_RETURN(const CertSigner signer, authorities_.Signer("user"));
    LeafRequest leaf;
    ASSIGN_OR_RETURN(leaf.subject, ToSubject(identity));
    leaf.public_key = *request.tls_key;
    Time issued = Now();
    if (request.later_than) {
      issued = std::max<Time>(issued,
                              std::chrono::floor<std::chrono::seconds>(*request.later_than) + std::chrono::seconds(1));
    }
    leaf.not_before = issued - kClockSkew;
    leaf.not_after = identity.expires;
    ASSIGN_OR_RETURN(const Certificate certificate, IssueCertificate(leaf, signer.tls_certificate, signer.tls_key));
    certs.tls = certificate.ToPem();
  }
  certs.identity = request.tls_key ? std::move(identity) : std::move(ssh_identity);
  return certs;
}

}  // namespace sallyport
