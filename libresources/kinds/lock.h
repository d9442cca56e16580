// Validates locks, and decides whether a lock matches a session.
#pragma once

#include <map>
#include <string>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/kinds/kind.h"

namespace types {
class LockTarget;
class LockV2;
}  // namespace types

namespace sallyport {

// Returns whether a lock is in force at a time.
bool LockInForce(const types::LockV2& lock, Time now);
// Returns whether the target of a lock has every value in `asked`; an empty `asked` never matches. Call it once for
// each property of a session (user, each role, login, ...), as Teleport does: a lock with several properties then
// matches a session with any one of them.
bool LockMatches(const types::LockTarget& lock, const types::LockTarget& asked);

// Returns the row of the kind.
KindRow LockKind();

}  // namespace sallyport
