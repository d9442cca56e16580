// Reads and writes the identity of a host: the certificates from its cluster, stored in the data directory.
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
  std::string host_id;  // assigned by the cluster
  std::string cluster;
  IdentityFile credentials;
};

// Returns the identity in a data directory, or nothing when the host has not joined. Fails as ReadIdentityFile does.
Result<std::optional<HostIdentity>> LoadIdentity(const std::string& data_dir);

// Returns whether the certificate has expired. Fails with kBadParameter when the certificate cannot be read.
Result<bool> HasExpired(const HostIdentity& identity);

// Stores the certificates issued for a key in the data directory, in place of the previous identity. Fails with
// kBadParameter, and keeps the previous identity, when they do not belong to this key or to the host `host_id` ("": any
// host).
Result<HostIdentity> KeepIdentity(const std::string& data_dir, const std::string& host_id, const PrivateKey& key,
                                  const proto::Certs& certs);

}  // namespace sallyport
