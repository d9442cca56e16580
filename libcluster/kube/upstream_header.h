// The header of a request as the API server gets it. Internal to libcluster/kube.
#pragma once

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"
#include "libcluster/kube/upstream_pool.h"

namespace sallyport {

// Returns the request's header as the API server gets it: without what is for this hop, names an identity or frames the
// body, with the impersonation and the target that was decided.
RequestHeader UpstreamHeader(const RequestHeader& request, const DecidedKubeRequest& decided, const UpstreamPool& pool);

}  // namespace sallyport
