// Makes requests for further certificates of the user of a login.
#pragma once

#include <string_view>

#include "libclient/session.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {

// Returns a request for certificates of the session's user that route to a cluster and end with the login.
proto::UserCertsRequest CertsRequestOf(const Session& session, std::string_view cluster);

// Adds the granted access requests of the login; without them, the certificate would not carry them.
void AddActiveRequests(const Session& session, proto::UserCertsRequest& request);

}  // namespace sallyport
