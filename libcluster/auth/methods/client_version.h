// Which clients the cluster speaks to.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Checks the version that a client sent with a call; none is fine. kAccessDenied "client version is unsupported" when
// it is no semantic version, or older than kMinClientVersion (docs/protocol/auth-api.md#client-versions).
Status CheckClientVersion(const std::string& version);

}  // namespace sallyport
