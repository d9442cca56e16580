// Issues SSH certificates for users and hosts, and encodes an identity as extensions and a host as principals, as
// Teleport does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/identity.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {

enum class SshCertificateFormat {
  kStandard,
  kOldSsh,  // without roles, traits, route and requests, which old sshd cannot hold
};

// The SSH permissions that roles grant a user in addition to the identity.
struct SshPermissions {
  bool permit_x11_forwarding = false;
  bool permit_agent_forwarding = false;
  bool permit_port_forwarding = false;
  std::string github_user_id;
  std::string github_username;
  // Extensions that roles set, without names that carry an identity. After reading: the unknown extensions.
  SshOptions custom_extensions;
  bool operator==(const SshPermissions&) const = default;
};

// Returns the extensions of a user certificate, from those identity fields that SSH certificates carry.
SshOptions UserSshExtensions(const Identity& identity, const SshPermissions& permissions, SshCertificateFormat format);
// Returns the critical options: source-address when the identity is pinned to an address.
SshOptions UserSshCriticalOptions(const Identity& identity);

struct SshUser {
  Identity identity;
  SshPermissions permissions;
};

// Reads a user certificate back: the inverse of the two functions above. Fails with kBadParameter: a host certificate,
// values that do not parse.
Result<SshUser> UserOfSshCertificate(const SshCertificate& certificate);

struct UserSshRequest {
  Identity identity;  // username becomes the key id; principals must not be empty
  SshPermissions permissions;
  SshCertificateFormat format = SshCertificateFormat::kStandard;
  PublicKey public_key;
  Time now{};
  Nanoseconds ttl{};  // raised to one minute
};

// Issues a user certificate valid from now - 60 s until now + ttl. Fails with kBadParameter: no principals, no user
// name, no key, scope pin and roles together.
Result<SshCertificate> IssueUserSshCertificate(const UserSshRequest& request, const PrivateKey& ca_key);

struct HostSshRequest {
  std::string host_id;
  std::string node_name;  // may be empty
  std::string cluster;
  std::string system_role;                    // "Node", "Proxy", ...
  std::vector<std::string> extra_principals;  // may be the only ones when host_id is empty
  PublicKey public_key;
  Time now{};
  Nanoseconds ttl{};  // 0: for ever
};

// Returns the principals of a host, in order, without duplicates.
std::vector<std::string> HostSshPrincipals(const HostSshRequest& request);
// Issues a host certificate. Fails with kBadParameter: no principals, no cluster, no role, no key.
Result<SshCertificate> IssueHostSshCertificate(const HostSshRequest& request, const PrivateKey& ca_key);

// Return the system role and the cluster in a host certificate; "" for hosts of other software.
std::string_view SystemRoleOf(const SshCertificate& certificate);
std::string_view ClusterOf(const SshCertificate& certificate);

}  // namespace sallyport
