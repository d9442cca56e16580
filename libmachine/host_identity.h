// Who an agent's host is to its cluster: certificates that it has got for a token, kept in the data directory.
#pragma once

#include <string>
#include <vector>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libclient/network.h"
#include "libidentity/identity_file.h"
#include "libidentity/keys.h"

namespace proto {
class Certs;
}

namespace sallyport {

struct JoinSettings {
  std::string data_dir;
  std::string node_name;
  std::vector<std::string> principals;  // names of the host beside its own
  std::string token;                    // itself, or the path of its file
  std::vector<std::string> ca_pins;     // "sha256:...": of the cluster's host authority
  HostPort address;                     // of the proxy, or of the auth service
  bool through_proxy = true;
  NetworkSettings network;
};

struct HostIdentity {
  std::string host_id;  // as the cluster has made it
  std::string cluster;
  IdentityFile credentials;
};

// Returns the identity in the data directory; joins for one when there is none. When its certificate has expired, it
// joins again with a token and keeps its id, which the certificate's key proves. With pins the cluster shows its
// authority first, and gets the token only when that is one of them; without, the proxy's own certificate must be
// trusted. Fails as the client library does, with kAccessDenied (the token; another authority than the pinned),
// kBadParameter (no token).
Result<HostIdentity> LoadOrJoin(const JoinSettings& settings);

// Joins again with a token, under the id of an identity whose certificate has expired, and keeps what it gets. Fails as
// LoadOrJoin does.
Result<HostIdentity> Rejoin(const JoinSettings& settings, const HostIdentity& expired);

// Puts what the cluster has issued for a key into the data directory, in place of what was there. kBadParameter when it
// is no identity of this key, or of another host than `host_id` (""; any); what was there stays then.
Result<HostIdentity> KeepIdentity(const std::string& data_dir, const std::string& host_id, const PrivateKey& key,
                                  const proto::Certs& certs);

}  // namespace sallyport
