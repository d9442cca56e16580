// Finds the Kubernetes cluster of a program that works in it: by a kubeconfig, or by the service account of its pod.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libclient/environment.h"
#include "libkube/endpoint.h"

namespace sallyport {

// Returns the API server: of the current context of the kubeconfig at a path, or of $KUBECONFIG; of the pod when
// neither is given. Fails as LoadKubeconfig and InClusterEndpoint do, and with kNotFound when the file has no current
// context.
Result<KubeEndpoint> OwnKubeEndpoint(const std::string& kubeconfig, const EnvironmentReader& environment);

// Returns the namespace that a program works in: the given one, $POD_NAMESPACE, or that of the pod's service account.
// Fails with kBadParameter when there is none.
Result<std::string> OwnKubeNamespace(const std::string& given, const EnvironmentReader& environment);

}  // namespace sallyport
