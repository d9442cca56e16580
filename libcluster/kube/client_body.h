// The body of a client's request, where this side reads it. Internal to libcluster/kube.
#pragma once

#include <cstddef>
#include <string>

#include "libbase/error.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Sends "100 Continue" to a client that waits for it, before its body is read.
asio::awaitable<void> InviteBody(KubeClient& client, const RequestParser& parser);

// Reads a request's body to its end. kLimitExceeded beyond `max_bytes`, kConnectionProblem when the connection ends
// before it.
asio::awaitable<Result<std::string>> ReadBody(KubeClient& client, RequestParser& parser, std::size_t max_bytes);

}  // namespace sallyport
