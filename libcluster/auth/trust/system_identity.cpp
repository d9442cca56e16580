#include "libcluster/auth/trust/system_identity.h"

#include "libbase/file.h"
#include "libidentity/known_hosts.h"
#include "libidentity/server_names.h"
#include "libidentity/ssh_identity.h"

namespace sallyport {
namespace {

constexpr std::size_t kUuidLength = 36;

// The fields of a certificate beside role, host and key.
struct Names {
  std::vector<std::string> sans;
  std::vector<std::string> system_roles = {};
  Nanoseconds ttl = kAuthorityLifetime;
};

// Returns the names of a service of this process: the given ones, and the cluster's own.
Names OwnNames(std::vector<std::string> sans) {
  sans.insert(sans.end(), {fmt::format("*.{}", kClusterDomain), std::string(kClusterDomain)});
  return {std::move(sans)};
}

Result<Certificate> Issue(const Authorities& authorities, std::string_view role, std::string_view host_id,
                          const PublicKey& key, const Names& names) {
  Identity identity;
  identity.username = fmt::format("{}.{}", host_id, authorities.cluster_name());
  identity.groups = {std::string(role)};
  identity.system_roles = names.system_roles;
  identity.teleport_cluster = authorities.cluster_name();
  identity.private_key_policy = "none";
  ASSIGN_OR_RETURN(const CertSigner signer, authorities.Signer("host"));
  LeafRequest leaf;
  ASSIGN_OR_RETURN(leaf.subject, ToSubject(identity));
  leaf.public_key = key;
  leaf.not_before = Now() - kClockSkew;
  leaf.not_after = Now() + names.ttl;
  leaf.sans = names.sans;
  return IssueCertificate(leaf, signer.tls_certificate, signer.tls_key);
}

}  // namespace

Result<SystemIdentity> IssueSystemIdentity(const Authorities& authorities, std::string_view role,
                                           std::string_view host_id, const std::vector<std::string>& extra_sans) {
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  ASSIGN_OR_RETURN(const Certificate certificate,
                   Issue(authorities, role, host_id, key.public_key(), OwnNames(extra_sans)));
  return SystemIdentity{certificate.ToPem(), key.ToPem()};
}

Result<IdentityFile> IssueSystemIdentityFile(const Authorities& authorities, std::string_view role,
                                             std::string_view host_id) {
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  ASSIGN_OR_RETURN(const Certificate certificate, Issue(authorities, role, host_id, key.public_key(), OwnNames({})));
  ASSIGN_OR_RETURN(const CertSigner signer, authorities.Signer("host"));
  HostSshRequest ssh;
  ssh.host_id = host_id;
  ssh.cluster = authorities.cluster_name();
  ssh.system_role = role;
  ssh.public_key = key.public_key();
  ssh.now = Now();
  ssh.ttl = kAuthorityLifetime;
  ASSIGN_OR_RETURN(const SshCertificate ssh_certificate, IssueHostSshCertificate(ssh, signer.ssh_key));

  IdentityFile file;
  file.private_key = key.ToPem();
  file.ssh_certificate = ssh_certificate.ToAuthorizedKey();
  file.tls_certificate = certificate.ToPem();
  ASSIGN_OR_RETURN(file.ssh_authorities.emplace_back(),
                   FormatHostAuthority({"", authorities.cluster_name(), signer.ssh_key.public_key()}));
  file.tls_authorities = {authorities.HostTlsPem()};
  return file;
}

Result<SystemSshIdentity> IssueSystemSshIdentity(const Authorities& authorities, std::string_view role,
                                                 std::string_view host_id, const std::vector<std::string>& names) {
  SystemSshIdentity identity;
  ASSIGN_OR_RETURN(identity.key, GeneratePrivateKey(KeyAlgorithm::kEd25519));
  ASSIGN_OR_RETURN(const CertSigner signer, authorities.Signer("host"));
  HostSshRequest request;
  request.host_id = host_id;
  request.cluster = authorities.cluster_name();
  request.system_role = role;
  request.extra_principals = names;
  request.public_key = identity.key.public_key();
  request.now = Now();
  request.ttl = kAuthorityLifetime;
  ASSIGN_OR_RETURN(identity.certificate, IssueHostSshCertificate(request, signer.ssh_key));
  return identity;
}

Result<HostCertificates> IssueHostCertificates(const Authorities& authorities, const HostCertificateRequest& request) {
  Names names{request.principals, request.system_roles};
  names.sans.insert(names.sans.end(), request.dns_names.begin(), request.dns_names.end());
  if (request.ttl > Nanoseconds::zero()) names.ttl = request.ttl;
  ASSIGN_OR_RETURN(const Certificate tls, Issue(authorities, request.role, request.host_id, request.tls_key, names));
  ASSIGN_OR_RETURN(const CertSigner signer, authorities.Signer("host"));
  HostSshRequest ssh;
  ssh.host_id = request.host_id;
  ssh.node_name = request.node_name;
  ssh.cluster = authorities.cluster_name();
  ssh.system_role = request.role;
  ssh.extra_principals = request.principals;
  ssh.public_key = request.ssh_key;
  ssh.now = Now();
  ssh.ttl = request.ttl;
  ASSIGN_OR_RETURN(const SshCertificate certificate, IssueHostSshCertificate(ssh, signer.ssh_key));
  return HostCertificates{certificate.ToAuthorizedKey(), tls.ToPem()};
}

Result<std::string> HostUuid(const std::string& data_dir) {
  const std::string path = data_dir + "/host_uuid";
  auto stored = ReadFile(path);
  if (stored && stored->size() >= kUuidLength) return stored->substr(0, kUuidLength);
  if (!stored && stored.error().kind != ErrorKind::kNotFound) return stored;
  const std::string uuid = RandomUuid();
  RETURN_IF_ERROR(WritePrivateFile(path, uuid));
  return uuid;
}

}  // namespace sallyport
