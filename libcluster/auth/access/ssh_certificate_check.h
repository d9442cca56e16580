// Decides whether a user may log in to a service of the cluster by an SSH certificate. Pure, for table tests.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/identity.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {

struct SshCertificateQuestion {
  const SshCertificate& certificate;  // whose key has signed the login
  std::string_view login;             // the name that the client logs in by
  std::string address;                // the client's IP address
  std::string_view cluster;
  PublicKey user_authority;
  PublicKey host_authority;
  Time now{};
};

// Returns the identity of the user. Fails with kAccessDenied: another authority, a wrong signature, outside of its
// validity, another login, address or cluster, no roles, critical options that are not known; with kNotImplemented for
// a host's certificate of this cluster. Only the messages about certificates that the cluster has issued say more than
// "access denied: invalid client certificate".
Result<Identity> CheckSshCertificate(const SshCertificateQuestion& question);

}  // namespace sallyport
