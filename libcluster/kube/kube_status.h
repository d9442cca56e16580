// Formats refusals as Kubernetes does: HTTP status and body.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Returns the body of a refusal: a Kubernetes Status, as kubectl prints it.
std::string KubeStatusJson(const Error& error, int http_status);

// Returns the HTTP status of a refusal by the forwarder: never 404, which only an API server sends for its objects.
int KubeHttpStatus(const Error& error);

}  // namespace sallyport
