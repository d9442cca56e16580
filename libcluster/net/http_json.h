// Answers of the HTTP APIs: JSON, and errors in the envelope that Teleport's clients read
// (docs/protocol/auth-api.md#errors).
#pragma once

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/net/http.h"

namespace sallyport {

// {"error":{"message":TEXT}}, indented; the status by the error's kind: kConnectionProblem is 503, which has
// Retry-After as has kLimitExceeded.
HttpResponse ErrorResponse(const Error& error);

// 200 and compact JSON.
HttpResponse JsonResponse(const Value& value);

}  // namespace sallyport
