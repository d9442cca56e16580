// Deletes the objects of a collection that the roles allow (docs/protocol/services.md#kubernetes-verbs-and-resources).
// Internal to libcluster/kube.
#pragma once

#include <string>

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Deletes the objects of a collection that the roles allow, one by one, and answers with the list of deleted objects.
asio::awaitable<bool> DeleteEach(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                 const std::string& body);

}  // namespace sallyport
