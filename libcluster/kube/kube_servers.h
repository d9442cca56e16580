// The kube_server resources of one host: which Kubernetes clusters it serves.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"

namespace types {
class KubernetesServerV3;
}

namespace sallyport {

// Replaces the host's kube_server resources. Fails with kBadParameter for an invalid resource.
Status WriteKubeServers(Backend& backend, const std::string& host_id,
                        const std::vector<types::KubernetesServerV3>& servers);

}  // namespace sallyport
