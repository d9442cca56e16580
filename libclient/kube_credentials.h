// Makes credentials for kubectl in the format of its exec plugins (client.authentication.k8s.io/v1beta1;
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

// Returns the JSON for kubectl. The credential expires a minute before the certificate, so that no request starts with
// an expired certificate.
Secret FormatExecCredential(const KubeCredential& credential, Time certificate_expires);

// Returns the cached credential for a cluster when it is valid for more than a minute, else fails with kNotFound. Uses
// no network and no lock.
Result<Secret> CachedKubeCredential(const ProfilePaths& paths, std::string_view teleport_cluster,
                                    std::string_view kube_cluster, Time now);

// Gets a new certificate for a Kubernetes cluster and, unless the session is an identity file's, caches it. `rpc` is a
// connection to the root cluster's auth service. kNotImplemented when each session needs a security key.
Result<Secret> FetchKubeCredential(const Session& session, RpcClient& rpc, std::string_view teleport_cluster,
                                   std::string_view kube_cluster);

}  // namespace sallyport
