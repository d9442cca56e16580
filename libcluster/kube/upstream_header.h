// Builds the header of a forwarded request. Internal to libcluster/kube.
#pragma once

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"
#include "libcluster/kube/upstream_pool.h"

namespace sallyport {

// Returns the header to forward: without hop-by-hop fields, identities and the body's framing, with the impersonation
// and target of the decision.
RequestHeader UpstreamHeader(const RequestHeader& request, const DecidedKubeRequest& decided, const UpstreamPool& pool);

}  // namespace sallyport
