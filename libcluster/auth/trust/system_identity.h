// Issues the certificates by which the services of a cluster authenticate to each other, signed by the host CA.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libcluster/auth/trust/authorities.h"
#include "libidentity/identity_file.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {

struct SystemIdentity {
  std::string certificate_pem;
  Secret private_key_pem;
};

// Issues a certificate for a system role ("Auth", "Proxy", "Kube", "Admin"): CN "HOST_ID.CLUSTER", ten years, the names
// under teleport.cluster.local and `extra_sans`.
Result<SystemIdentity> IssueSystemIdentity(const Authorities& authorities, std::string_view role,
                                           std::string_view host_id, const std::vector<std::string>& extra_sans);

// Issues the same as an identity file with the SSH certificate and the authorities, for tctl on this host.
Result<IdentityFile> IssueSystemIdentityFile(const Authorities& authorities, std::string_view role,
                                             std::string_view host_id);

// The SSH key and certificate of a service of this process.
struct SystemSshIdentity {
  PrivateKey key;
  SshCertificate certificate;
};
// Issues a certificate for a system role with `names` as principals beside the host's own, for ten years.
Result<SystemSshIdentity> IssueSystemSshIdentity(const Authorities& authorities, std::string_view role,
                                                 std::string_view host_id, const std::vector<std::string>& names);

// The lifetime of the certificates of joined hosts; agents renew them at half of it.
inline constexpr Nanoseconds kHostCertificateLife = std::chrono::hours(7 * 24);

// The certificates that a joined host gets for its own keys. The TLS certificate has none of the cluster's own names.
struct HostCertificateRequest {
  std::string role;                       // "Node", "Instance"
  std::vector<std::string> system_roles;  // what an Instance may be
  std::string host_id;
  std::string node_name;
  std::vector<std::string> principals;  // names beside its own
  std::vector<std::string> dns_names;   // of its TLS certificate
  PublicKey tls_key;
  PublicKey ssh_key;
  Nanoseconds ttl{};  // 0: as long as the authority's
};
struct HostCertificates {
  std::string ssh;  // a line
  std::string tls;  // PEM
};
Result<HostCertificates> IssueHostCertificates(const Authorities& authorities, const HostCertificateRequest& request);

// Returns the host's UUID, stored in DATA_DIR/host_uuid; generates it at the first call.
Result<std::string> HostUuid(const std::string& data_dir);

}  // namespace sallyport
