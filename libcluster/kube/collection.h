// Deleting the part of a collection that the roles reach (docs/protocol/services.md#kubernetes-verbs-and-resources).
// Internal to libcluster/kube.
#pragma once

#include <string>

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Deletes what the roles reach of a collection, one object after the other, and answers with the list of what has gone.
asio::awaitable<bool> DeleteEach(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                 const std::string& body);

}  // namespace sallyport
