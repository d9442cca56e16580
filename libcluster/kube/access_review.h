// Answers access reviews (kubectl auth can-i) (docs/protocol/services.md#kubernetes-verbs-and-resources). Internal to
// libcluster/kube.
#pragma once

#include <string>

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Answers an access review: locally when the roles deny the action, else by the API server.
asio::awaitable<bool> AnswerAccessReview(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                         const std::string& body);

}  // namespace sallyport
