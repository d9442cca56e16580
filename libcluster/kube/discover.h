// Fetches the discovery documents of API servers and looks up resources in them. Internal to libcluster/kube.
#pragma once

#include <memory>
#include <string>

#include "libcluster/kube/request/api_scopes.h"
#include "libcluster/kube/upstream_pool.h"

namespace sallyport {

// Returns whether a resource is cluster-wide; false when the API server does not tell.
asio::awaitable<bool> IsClusterWide(const std::shared_ptr<ApiScopes>& scopes, const std::string& api_group,
                                    const std::string& version, const std::string& resource);

// Makes the ApiScopes of an API server, which fetch its discovery documents through `pool`.
std::shared_ptr<ApiScopes> MakeApiScopes(const std::shared_ptr<UpstreamPool>& pool, asio::io_context& context);

}  // namespace sallyport
