// Rules of Kubernetes clusters and of the servers that reach them.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// A cluster's name becomes part of host names and kubeconfig contexts: [a-zA-Z0-9._-], at most 200 characters.
Status CheckKubeCluster(google::protobuf::Message& resource);
Status CheckKubeServer(google::protobuf::Message& resource);

std::span<const TextColumn> KubeClusterColumns();
std::span<const TextColumn> KubeServerColumns();

}  // namespace sallyport
