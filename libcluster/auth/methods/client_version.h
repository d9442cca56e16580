// Refuses clients of unsupported versions.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Checks the version that a client sent with a call; a call without a version passes. Fails with kAccessDenied "client
// version is unsupported" when the version is no semantic version, or older than kMinClientVersion
// (docs/protocol/auth-api.md#client-versions).
Status CheckClientVersion(const std::string& version);

}  // namespace sallyport
