// Credentials for kubectl, as its exec plugins print them (client.authentication.k8s.io/v1beta1;
// docs/protocol/login.md#credentials-for-kubectl).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libclient/key_ring.h"
#include "libclient/session.h"

namespace sallyport {

// The JSON for kubectl. It expires a minute before the certificate, so that no request starts with a dead one.
Secret FormatExecCredential(const KubeCredential& credential, Time certificate_expires);

// Returns what is cached for a cluster when it is good for more than a minute. No network, no lock. kNotFound
// otherwise.
Result<Secret> CachedKubeCredential(const ProfilePaths& paths, std::string_view teleport_cluster,
                                    std::string_view kube_cluster, Time now);

// Gets a new certificate for a Kubernetes cluster and, unless the session is an identity file's, caches it. `rpc` is a
// connection to the root cluster's auth service. kNotImplemented when each session needs a security key.
Result<Secret> FetchKubeCredential(const Session& session, RpcClient& rpc, std::string_view teleport_cluster,
                                   std::string_view kube_cluster);

}  // namespace sallyport
