// The credentials that a user resource carries from cluster to cluster (spec.local_auth): checks of what a backup says.
#pragma once

#include <vector>

#include "libbase/error.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {

// kBadParameter names the field of spec.local_auth that no login could be checked with: a password that is no bcrypt
// hash, or one that costs a login seconds; a device without id, of no kind, with a secret that is none, or given twice.
Status CheckUserSecrets(const types::LocalAuthSecrets& secrets);

// Returns what status.mfa_weakest_device of a user with these devices is.
types::MFADeviceKind WeakestOf(const std::vector<types::MFADevice>& devices);

}  // namespace sallyport
