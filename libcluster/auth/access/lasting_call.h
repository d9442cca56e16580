// Checks of calls that last, such as watches: whether their caller may still be served.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

class Locks;

// Fails with kAccessDenied when the certificate of a user has expired or a lock holds; callers of other kinds pass.
Status CheckStillServed(const Locks& locks, const Caller& caller);

// Returns the keys of the items that decide what a user may do: the user and the roles; none for other callers.
std::vector<std::string> AccessKeys(const Caller& caller);

}  // namespace sallyport
