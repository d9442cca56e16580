// Questions of what a user may do: kubectl auth can-i (docs/protocol/services.md#kubernetes-verbs-and-resources).
// Internal to libcluster/kube.
#pragma once

#include <string>

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Answers the question whether the user may do something: by itself when the roles deny it, else the API server does.
asio::awaitable<bool> AnswerAccessReview(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                         const std::string& body);

}  // namespace sallyport
