// How a host becomes part of the cluster: a token for certificates (docs/protocol/joining.md). Host ids are made here:
// one that was given to a host is given again to the holder of that host's key alone.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libidentity/keys.h"

namespace sallyport {

class AuthServer;
struct Caller;

struct JoinRequest {
  std::string host_id;    // of a host that has joined; what a new host says of it does not count
  std::string node_name;  // may be empty
  std::string role;       // "Node", or "Instance" for all that the token gives
  std::string token;
  std::string id_token;  // of another issuer, which says who the host is; of methods that ask for one
  std::vector<std::string> additional_principals;
  std::vector<std::string> dns_names;
  std::string public_tls_key;  // PEM
  std::string public_ssh_key;  // a line of authorized_keys
  std::string remote_address;  // of who asks
};

struct JoinResult {
  std::string host_id;
  std::string ssh_certificate;               // a line
  std::string tls_certificate;               // PEM
  std::vector<std::string> tls_authorities;  // PEM, of hosts
  std::vector<std::string> ssh_authorities;  // lines of authorized_keys, of hosts
};

// Issues certificates, under a new id, to a host that has a token for the role. kAccessDenied: no such token, expired,
// for another role or another way of joining; kBadParameter: keys that do not parse, names that are too long;
// kNotImplemented: bots, and services that run in this process alone. Success and failure are events of the audit log.
Result<JoinResult> JoinCluster(AuthServer& auth, const JoinRequest& request);

// How a host shows that an id is its own when its certificate has expired: the certificate (PEM), and a signature of
// its key over HostProofText.
struct HostProof {
  std::string certificate;
  std::string signature;
};
// Issues certificates under the id of an expired certificate; the request has a token as for JoinCluster. Fails as that
// does, and with kAccessDenied: a certificate that is not of this cluster's hosts, another key, a host that is locked
// or was removed.
Result<JoinResult> RejoinCluster(AuthServer& auth, const JoinRequest& request, const HostProof& proof);

// Issues certificates to a host that has joined, for other keys and names; `system_roles` are those of an Instance, and
// the request needs no token. kAccessDenied: for another host, or a role that the caller's certificate has not;
// kBadParameter: an Instance without roles, keys that do not parse.
Result<JoinResult> RenewHost(AuthServer& auth, const Caller& caller, const JoinRequest& request,
                             const std::vector<std::string>& system_roles);

}  // namespace sallyport
