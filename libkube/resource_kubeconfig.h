// Reads the kubeconfig inside of a kube_cluster resource, which comes from everybody who may write resources: it may
// hold a server, its authorities, a token, a client certificate and the key, and nothing that makes this host run a
// program, read a file, use another way or trust without proof.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libkube/endpoint.h"

namespace sallyport {

// The limit of the text. A kubeconfig of one cluster has some KiB.
inline constexpr std::size_t kMaxResourceKubeconfig = 256 << 10;

// Returns the API server and the credentials of the current context, or of the first context when none is current,
// under the name of the cluster. Fails with kBadParameter and "spec.kubeconfig:LINE: reason" for a text that is no
// kubeconfig or has another key.
Result<KubeEndpoint> ReadResourceKubeconfig(std::string_view text, const std::string& cluster);

}  // namespace sallyport
