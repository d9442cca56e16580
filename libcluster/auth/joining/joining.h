// Joins machines to the cluster: issues certificates for a token (docs/protocol/joining.md). Generates host ids; a host
// id is issued again only to the holder of that host's key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

class AuthServer;

struct JoinRequest {
  std::string host_id;    // of a host that has joined; ignored for a new host
  std::string node_name;  // may be empty
  std::string role;       // "Node", or "Instance" for all that the token gives; "Bot"
  std::string token;
  std::string id_token;  // another issuer's token that identifies the host; for methods with ID tokens
  std::vector<std::string> additional_principals;
  std::vector<std::string> dns_names;
  std::string public_tls_key;   // PEM
  std::string public_ssh_key;   // a line of authorized_keys
  std::string remote_address;   // of the joining machine
  std::optional<Time> expires;  // of a bot's certificates; nothing: an hour from now
  Caller caller;                // of a bot that joins again; otherwise unknown
};

struct JoinResult {
  std::string host_id;                       // empty for a bot
  std::string ssh_certificate;               // a line
  std::string tls_certificate;               // PEM
  std::vector<std::string> tls_authorities;  // PEM, of hosts; a bot gets those of users also
  std::vector<std::string> ssh_authorities;  // lines of authorized_keys, likewise
};

// Issues certificates, under a new id, to a host that has a token for the role, or to a bot (bot_joining.h). Fails with
// kAccessDenied: unknown token, expired, for another role, a refused proof. Fails with kBadParameter: keys that do not
// parse, names that are too long. Fails with kNotImplemented: other join methods, and services that run in this process
// alone. Success and failure are events of the audit log.
Result<JoinResult> JoinCluster(AuthServer& auth, const JoinRequest& request);

// Proves that a host with an expired certificate owns its id: the certificate (PEM), and its key's signature over
// HostProofText.
struct HostProof {
  std::string certificate;
  std::string signature;
};
// Issues certificates under the id of an expired certificate; the request has a token as for JoinCluster. Fails as
// JoinCluster does, and with kAccessDenied: a certificate that is not of this cluster's hosts, another key, a host that
// is locked or was removed.
Result<JoinResult> RejoinCluster(AuthServer& auth, const JoinRequest& request, const HostProof& proof);

// Issues certificates to a host that has joined, for other keys and names; `system_roles` are those of an Instance, and
// the request needs no token. Fails with kAccessDenied: another host, or a role that the caller's certificate does not
// have. Fails with kBadParameter: an Instance without roles, keys that do not parse.
Result<JoinResult> RenewHost(AuthServer& auth, const Caller& caller, const JoinRequest& request,
                             const std::vector<std::string>& system_roles);

}  // namespace sallyport
