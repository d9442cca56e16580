// Sends the forwarder's own answers, without the API server: refusals and access reviews. Internal to libcluster/kube.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Answers with a Kubernetes Status, of the error's HTTP status unless another is given. Returns whether the connection
// can be reused.
asio::awaitable<bool> Refuse(KubeClient& client, RequestParser& parser, const Error& error, int http_status = 0);

// Answers with a body. Returns whether the connection can be reused.
asio::awaitable<bool> Answer(KubeClient& client, RequestParser& parser, int http_status, std::string content_type,
                             std::string body);

}  // namespace sallyport
