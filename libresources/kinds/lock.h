// Rules of locks, and whether a lock hits somebody.
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
// Returns whether a lock's target has every value that is asked about; nothing asked matches nothing. Ask once for each
// thing that is known of a session (its user, each role, the login, ...), as the reference does: a lock that names
// several things then hits whoever has one of them.
bool LockMatches(const types::LockTarget& lock, const types::LockTarget& asked);

// Returns the row of the kind.
KindRow LockKind();

}  // namespace sallyport
