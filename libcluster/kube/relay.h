// Moves requests, answers and tunnels between a client and an API server. Internal to libcluster/kube.
#pragma once

#include <string>

#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Sends a request on and relays the answer. Its body is `body` when that has been read, else it is streamed. Returns
// whether the client's connection can be used again.
asio::awaitable<bool> ForwardRequest(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                     const std::string* body = nullptr);

// The same for a request that asks for another protocol: after 101 the connection is a tunnel until either side ends
// it.
asio::awaitable<void> ForwardUpgrade(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided);

}  // namespace sallyport
