// Validates the announcements of agents: builds a new resource from the announced fields, within limits, under the host
// id of the agent's certificate.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"

namespace types {
class KubernetesServerV3;
class ServerV2;
}  // namespace types

namespace sallyport {

// The size limit of an announced resource.
inline constexpr std::size_t kMaxAnnouncedBytes = 64 << 10;

// Returns whether a name is valid for a host: not empty, no control characters, at most 255 bytes.
bool IsHostName(std::string_view name);

// Returns the node to store. Fails with kBadParameter, which names the field that is too long or wrong.
Result<types::ServerV2> AdmitNode(const types::ServerV2& said, const std::string& host_id, Time expires);
// Returns the kube_server to store, in the same way.
Result<types::KubernetesServerV3> AdmitKubeServer(const types::KubernetesServerV3& said, const std::string& host_id,
                                                  Time expires);

}  // namespace sallyport
