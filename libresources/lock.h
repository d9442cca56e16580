// Rules of locks, and whether a lock hits somebody.
#pragma once

#include <map>
#include <span>
#include <string>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/kinds.h"

namespace types {
class LockTarget;
class LockV2;
}  // namespace types

namespace sallyport {

// A lock needs at least one target. Fails with kBadParameter.
Status CheckLock(google::protobuf::Message& resource);

std::span<const TextColumn> LockColumns();

// Returns whether a lock is in force at a time.
bool LockInForce(const types::LockV2& lock, Time now);
// Returns whether every field that a lock's target sets has the same value in what is asked about.
bool LockMatches(const types::LockTarget& lock, const types::LockTarget& asked);

}  // namespace sallyport
