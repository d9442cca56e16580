// Makes the answers of the HTTP APIs: JSON, and errors in the envelope that Teleport's clients read
// (docs/protocol/auth-api.md#errors).
#pragma once

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/net/http.h"

namespace sallyport {

// Returns {"error":{"message":TEXT}}, indented, with the status of the error's kind: kConnectionProblem is 503.
// kConnectionProblem and kLimitExceeded have Retry-After.
HttpResponse ErrorResponse(const Error& error);

// Returns 200 and compact JSON.
HttpResponse JsonResponse(const Value& value);

}  // namespace sallyport
