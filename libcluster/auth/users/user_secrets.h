// Checks the credentials that a user resource of a backup carries (spec.local_auth).
#pragma once

#include <vector>

#include "libbase/error.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {

// Fails with kBadParameter, which names the unusable field of spec.local_auth: a password that is no bcrypt hash, or a
// hash that takes seconds to check; a device without id or kind, with an invalid secret, or given twice.
Status CheckUserSecrets(const types::LocalAuthSecrets& secrets);

// Returns status.mfa_weakest_device of a user with these devices.
types::MFADeviceKind WeakestOf(const std::vector<types::MFADevice>& devices);

}  // namespace sallyport
