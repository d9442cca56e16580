// How a host becomes part of a cluster, and stays the same host: it joins once, and again when its certificates have
// expired.
#pragma once

#include "libbase/error.h"
#include "libmachine/host_identity.h"
#include "libmachine/join_settings.h"

namespace sallyport {

// Returns the identity in the data directory; joins for one when there is none. When its certificate has expired, it
// joins again and keeps its id, which the certificate's key proves. Fails as MakeJoinRequest and AskToJoin do, and with
// kBadParameter (an auth service without a CA pin, an answer that is no identity).
Result<HostIdentity> LoadOrJoin(const JoinSettings& settings);

// Joins again, under the id of an identity whose certificate has expired, and keeps what it gets. Fails as LoadOrJoin
// does.
Result<HostIdentity> Rejoin(const JoinSettings& settings, const HostIdentity& expired);

}  // namespace sallyport
