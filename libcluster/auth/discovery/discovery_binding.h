// The discovery groups of hosts. The first call of a discovery service after the host has joined binds the host to its
// group: the host's key is of no use for another one. Joining again with a token ends the binding.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

inline constexpr std::size_t kMaxDiscoveryGroup = 255;

// Binds a host to a group ("" is the group of services without one), or renews that; the binding ends some time after
// the host's certificate. Fails with kAccessDenied when the host is bound to another group, and kBadParameter for a
// group that cannot be.
Status BindDiscoveryGroup(Backend& backend, const std::string& host_id, const std::string& group,
                          Time certificate_expires);

// Returns the group of a host. Fails with kAccessDenied when the host is bound to none.
Result<std::string> DiscoveryGroupOf(Backend& backend, const std::string& host_id);

}  // namespace sallyport
