// Authorizes callers to list and read ended sessions.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// Fails with kAccessDenied unless a rule of the caller's roles allows the verb ("list", "read") on the session whose
// last event is `end` (JSON). The rule's condition may read that event (session.*), the node or Kubernetes cluster with
// its labels of that time (resource.*), and whether the caller may access this resource (can_view).
Status CheckSession(const Caller& caller, std::string_view verb, const Value& end);

}  // namespace sallyport
