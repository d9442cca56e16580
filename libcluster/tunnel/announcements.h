// What agents announce, as far as they may: a resource of theirs is made anew of what an agent says of itself, within
// limits, under the id that its certificate has.
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

// What an announced resource takes at most, in bytes.
inline constexpr std::size_t kMaxAnnouncedBytes = 64 << 10;

// Returns whether a host may call itself so: some text without control characters, of 255 bytes at most.
bool IsHostName(std::string_view name);

// Returns a node as its host may announce it. kBadParameter says what is too long, or wrong.
Result<types::ServerV2> AdmitNode(const types::ServerV2& said, const std::string& host_id, Time expires);
// The same for a server of a Kubernetes cluster.
Result<types::KubernetesServerV3> AdmitKubeServer(const types::KubernetesServerV3& said, const std::string& host_id,
                                                  Time expires);

}  // namespace sallyport
