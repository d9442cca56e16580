// Asks API servers for their discovery documents, and what they say of resources. Internal to libcluster/kube.
#pragma once

#include <memory>
#include <string>

#include "libcluster/kube/request/api_scopes.h"
#include "libcluster/kube/upstream_pool.h"

namespace sallyport {

// Returns whether a resource is outside of namespaces; false when the API server does not say.
asio::awaitable<bool> IsClusterWide(const std::shared_ptr<ApiScopes>& scopes, const std::string& api_group,
                                    const std::string& version, const std::string& resource);

// Makes what asks an API server for its discovery documents.
std::shared_ptr<ApiScopes> MakeApiScopes(const std::shared_ptr<UpstreamPool>& pool, asio::io_context& context);

}  // namespace sallyport
