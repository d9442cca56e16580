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

// Writes them in place of those that the host had before. kBadParameter for one that is no valid resource.
Status WriteKubeServers(Backend& backend, const std::string& host_id,
                        const std::vector<types::KubernetesServerV3>& servers);

}  // namespace sallyport
