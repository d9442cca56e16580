// Who may see what of sessions that are over.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// kAccessDenied unless the caller's roles have a rule for the verb ("list", "read") on sessions that holds for the one
// that `end` tells of: the JSON of its last event. A condition may look at that event (session.*), at the node or
// Kubernetes cluster with the labels that it had then (resource.*), and ask whether the caller may reach it (can_view).
Status CheckSession(const Caller& caller, std::string_view verb, const Value& end);

}  // namespace sallyport
