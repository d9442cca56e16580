// Who a host is to its cluster: certificates that it has got, kept in the data directory.
#pragma once

#include <optional>
#include <string>

#include "libbase/error.h"
#include "libidentity/identity_file.h"
#include "libidentity/keys.h"

namespace proto {
class Certs;
}

namespace sallyport {

struct HostIdentity {
  std::string host_id;  // as the cluster has made it
  std::string cluster;
  IdentityFile credentials;
};

// Returns the identity in a data directory, or nothing when the host has not joined. Fails as ReadIdentityFile does.
Result<std::optional<HostIdentity>> LoadIdentity(const std::string& data_dir);

// Returns whether the certificate is over. kBadParameter when it cannot be read.
Result<bool> HasExpired(const HostIdentity& identity);

// Puts what the cluster has issued for a key into the data directory, in place of what was there. kBadParameter when it
// is no identity of this key, or of another host than `host_id` (""; any); what was there stays then.
Result<HostIdentity> KeepIdentity(const std::string& data_dir, const std::string& host_id, const PrivateKey& key,
                                  const proto::Certs& certs);

}  // namespace sallyport
