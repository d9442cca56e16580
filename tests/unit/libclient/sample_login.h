// Makes a cluster's authorities and a login at the cluster without a network.
#pragma once

#include <string>

#include "libclient/key_ring.h"
#include "libclient/profile.h"
#include "libclient/profile_status.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/x509.h"

namespace sallyport::test {

struct Cluster {
  std::string name = "ref.test";
  PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  Certificate authority;
  Cluster() : authority(MakeCertificateAuthority(name, key, Now() - std::chrono::hours(1)).value()) {}
};
inline const Cluster& SampleCluster() {
  static const Cluster cluster;
  return cluster;
}

// Returns a server's certificate with these names.
inline Certificate ServerCertificate(const PrivateKey& key, std::vector<std::string> names,
                                     Time not_before = Now() - std::chrono::hours(1),
                                     Time not_after = Now() + std::chrono::hours(1)) {
  Identity host;
  host.username = "host.ref.test";
  host.groups = {"Auth"};
  host.teleport_cluster = "ref.test";
  LeafRequest leaf;
  leaf.subject = ToSubject(host).value();
  leaf.public_key = key.public_key();
  leaf.not_before = not_before;
  leaf.not_after = not_after;
  leaf.sans = std::move(names);
  return IssueCertificate(leaf, SampleCluster().authority, SampleCluster().key).value();
}

inline Identity SampleUser() {
  Identity user;
  user.username = "alice";
  user.groups = {"editor", "access"};
  user.principals = {"root", "-teleport-internal-join"};
  user.route_to_cluster = "ref.test";
  user.teleport_cluster = "ref.test";
  user.traits.Set("logins", std::vector<std::string>{"root"});
  user.kubernetes_groups = {"system:masters"};
  user.private_key_policy = "none";
  return user;
}

inline std::string UserCertificatePem(const PrivateKey& key, Time not_after) {
  LeafRequest leaf;
  leaf.subject = ToSubject(SampleUser()).value();
  leaf.public_key = key.public_key();
  leaf.not_before = not_after - std::chrono::hours(12);
  leaf.not_after = not_after;
  return IssueCertificate(leaf, SampleCluster().authority, SampleCluster().key).value().ToPem();
}

inline KeyRing SampleKeyRing(Time valid_until) {
  const PrivateKey ssh = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  const PrivateKey tls = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  UserSshRequest request;
  request.identity = SampleUser();
  request.public_key = ssh.public_key();
  request.now = valid_until - std::chrono::hours(12);
  request.ttl = std::chrono::hours(12);
  KeyRing ring;
  ring.ssh_key_pem = ssh.ToSshPem();
  ring.tls_key_pem = tls.ToPem();
  ring.ssh_public_key = ssh.public_key().ToAuthorizedKey() + "\n";
  ring.ssh_certificate = IssueUserSshCertificate(request, SampleCluster().key).value().ToAuthorizedKey() + "\n";
  ring.tls_certificate = UserCertificatePem(tls, valid_until);
  return ring;
}

inline Profile SampleProfile() {
  Profile profile;
  profile.web_proxy_addr = "ref.test:4080";
  profile.ssh_proxy_addr = "ref.test:4080";
  profile.kube_proxy_addr = "ref.test:4080";
  profile.user = "alice";
  profile.cluster = "ref.test";
  profile.tls_routing_enabled = true;
  profile.mfa_mode = "auto";
  return profile;
}

inline ClusterAuthorities SampleAuthorities() {
  return {"ref.test", {SampleCluster().key.public_key().ToAuthorizedKey() + "\n"}, {SampleCluster().authority.ToPem()}};
}

}  // namespace sallyport::test
