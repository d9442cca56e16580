// Reads the body of a client's request into memory. Internal to libcluster/kube.
#pragma once

#include <cstddef>
#include <string>

#include "libbase/error.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Sends "100 Continue" if the client waits for it. Called before the body is read.
asio::awaitable<void> InviteBody(KubeClient& client, const RequestParser& parser);

// Reads a request's body to its end. Fails with kLimitExceeded beyond `max_bytes`, kConnectionProblem when the
// connection ends before the body.
asio::awaitable<Result<std::string>> ReadBody(KubeClient& client, RequestParser& parser, std::size_t max_bytes);

}  // namespace sallyport
