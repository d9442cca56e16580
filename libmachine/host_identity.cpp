#include "libmachine/host_identity.h"

#include "libbase/file.h"
#include "libbase/time.h"
#include "libidentity/host_id.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/x509.h"
#include "teleport/legacy/client/proto/certs.pb.h"

namespace sallyport {
namespace {

std::string PathIn(const std::string& data_dir) { return data_dir + "/agent_identity"; }

// A file of Teleport's, for people and their tools: the identity itself says the id.
std::string UuidPathIn(const std::string& data_dir) { return data_dir + "/host_uuid"; }

Result<HostIdentity> Describe(IdentityFile credentials) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(credentials.tls_certificate));
  ASSIGN_OR_RETURN(const Identity identity, certificate.ToIdentity());
  return HostIdentity{HostIdOf(identity), identity.teleport_cluster, std::move(credentials)};
}

}  // namespace

Result<std::optional<HostIdentity>> LoadIdentity(const std::string& data_dir) {
  const std::string path = PathIn(data_dir);
  if (!FileExists(path)) return std::nullopt;
  ASSIGN_OR_RETURN(IdentityFile stored, ReadIdentityFile(path));
  return Describe(std::move(stored));
}

Result<bool> HasExpired(const HostIdentity& identity) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(identity.credentials.tls_certificate));
  return certificate.not_after() <= Now();
}

Result<HostIdentity> KeepIdentity(const std::string& data_dir, const std::string& host_id, const PrivateKey& key,
                                  const proto::Certs& certs) {
  IdentityFile credentials;
  credentials.private_key = key.ToPem();
  credentials.ssh_certificate = certs.ssh();
  credentials.tls_certificate = certs.tls();
  for (const auto& authority : certs.tlscacerts()) credentials.tls_authorities.push_back(authority);
  ASSIGN_OR_RETURN(const Certificate tls, Certificate::FromPem(certs.tls()));
  ASSIGN_OR_RETURN(const SshCertificate ssh, ParseSshCertificate(certs.ssh()));
  if (credentials.tls_authorities.empty() || tls.public_key() != key.public_key() ||
      ssh.public_key != key.public_key()) {
    return Fail(ErrorKind::kBadParameter, "the cluster's answer has no authorities, or certificates for another key");
  }
  ASSIGN_OR_RETURN(HostIdentity identity, Describe(std::move(credentials)));
  if (!host_id.empty() && identity.host_id != host_id) {
    return Fail(ErrorKind::kBadParameter, "the cluster's answer has certificates for another host");
  }
  RETURN_IF_ERROR(WriteIdentityFile(PathIn(data_dir), identity.credentials));
  RETURN_IF_ERROR(WritePrivateFile(UuidPathIn(data_dir), identity.host_id));
  return identity;
}

}  // namespace sallyport
