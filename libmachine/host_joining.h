// Joins a host to a cluster: once, and again under the same id when its certificates have expired.
#pragma once

#include "libbase/error.h"
#include "libmachine/host_identity.h"
#include "libmachine/join_settings.h"

namespace sallyport {

// Returns the identity in the data directory; joins the cluster when there is none. When the certificate has expired,
// the host joins again and keeps its id, proven by the key of the certificate. Fails as MakeJoinRequest and AskToJoin
// do, and with kBadParameter (an auth service without a CA pin, an answer without a valid identity).
Result<HostIdentity> LoadOrJoin(const JoinSettings& settings);

// Joins again under the id of an identity whose certificate has expired, and stores the new identity. Fails as
// LoadOrJoin does.
Result<HostIdentity> Rejoin(const JoinSettings& settings, const HostIdentity& expired);

}  // namespace sallyport
