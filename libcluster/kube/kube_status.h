// Refusals as Kubernetes words them: HTTP status and body.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Returns the body of a refusal: a Kubernetes Status, as kubectl prints it.
std::string KubeStatusJson(const Error& error, int http_status);

// Returns the HTTP status of a refusal of this side: never 404, which only an API server says of its objects.
int KubeHttpStatus(const Error& error);

}  // namespace sallyport
