// Moves requests, answers and tunnels between a client and an API server. Internal to libcluster/kube.
#pragma once

#include <string>

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Forwards a request and relays the answer. Sends `body` when it has been read, else streams the body. Returns whether
// the client's connection can be reused.
asio::awaitable<bool> ForwardRequest(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                     const std::string* body = nullptr);

// Forwards an upgrade request: after 101 the connection is a tunnel until either side ends it.
asio::awaitable<void> ForwardUpgrade(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided);

}  // namespace sallyport
