// Requests of a login for further certificates of its user.
#pragma once

#include <string_view>

#include "libclient/session.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {

// Returns a request for certificates of the session's user that route to a cluster and end with the login.
proto::UserCertsRequest CertsRequestOf(const Session& session, std::string_view cluster);

// Asks for the access requests that the login has been granted, which a certificate without them would not carry.
void AddActiveRequests(const Session& session, proto::UserCertsRequest& request);

}  // namespace sallyport
