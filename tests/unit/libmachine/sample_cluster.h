// A cluster that issues certificates to hosts: only its authority, without a server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libidentity/identity.h"
#include "libidentity/keys.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/x509.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"

namespace sallyport::test {

inline constexpr std::string_view kHostId = "11111111-1111-4111-8111-111111111111";

class SampleCluster {
 public:
  // Returns certificates of an Instance for a host, valid from now.
  proto::Certs Issue(const proto::HostCertsRequest& request, Nanoseconds ttl) const {
    const std::string cluster = "ex.com";
    Identity identity;
    identity.username = request.hostid() + "." + cluster;
    identity.groups = {request.role()};
    identity.system_roles = {request.systemroles().begin(), request.systemroles().end()};
    identity.teleport_cluster = cluster;
    identity.private_key_policy = "none";
    LeafRequest leaf;
    leaf.subject = ToSubject(identity).value();
    leaf.public_key = ParsePublicKeyPem(request.publictlskey()).value();
    leaf.not_before = Now() - kClockSkew;
    leaf.not_after = Now() + ttl;

    HostSshRequest ssh;
    ssh.host_id = request.hostid();
    ssh.node_name = request.nodename();
    ssh.cluster = cluster;
    ssh.system_role = request.role();
    ssh.extra_principals = {request.additionalprincipals().begin(), request.additionalprincipals().end()};
    ssh.public_key = ParseAuthorizedKey(request.publicsshkey()).value().key;
    ssh.now = Now();
    ssh.ttl = ttl;

    proto::Certs certs;
    certs.set_tls(IssueCertificate(leaf, authority_, key_).value().ToPem());
    certs.set_ssh(IssueHostSshCertificate(ssh, key_).value().ToAuthorizedKey());
    certs.add_tlscacerts(authority_.ToPem());
    return certs;
  }

 private:
  const PrivateKey key_ = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  const Certificate authority_ = MakeCertificateAuthority("ex.com", key_, Now()).value();
};

}  // namespace sallyport::test
