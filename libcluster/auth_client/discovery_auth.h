// The auth service's interface for discovery services, in the same process or over a connection that the agent opened.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"

namespace sallyport::v1 {
class SyncDiscoveryRequest;
class SyncDiscoveryResponse;
}  // namespace sallyport::v1
namespace types {
class KubernetesClusterV3;
}

namespace sallyport {

// The resources are those of the group of the service (libcluster/auth/discovery). Safe from several threads. Calls may
// block. Each fails with kConnectionProblem when the auth service is not reached, and with kAccessDenied when the host
// has not joined as Discovery, or for another group.
class DiscoveryAuth {
 public:
  virtual ~DiscoveryAuth() = default;
  // Reports the state of the service; must come before the other calls.
  virtual Result<v1::SyncDiscoveryResponse> Sync(const v1::SyncDiscoveryRequest& request) = 0;
  virtual Result<std::vector<types::KubernetesClusterV3>> Clusters() = 0;
  // Creates or updates a resource. Fails also with kAlreadyExists when the name is another's.
  virtual Status Put(const types::KubernetesClusterV3& cluster) = 0;
  // Removes a resource. Fails also with kNotFound.
  virtual Status Remove(const std::string& name) = 0;
};

}  // namespace sallyport
