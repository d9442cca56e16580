// The HTTP calls of the Azure client: through the network settings of the process, with limits.
#pragma once

#include <functional>

#include "libbase/error.h"
#include "libclient/http/http_call.h"
#include "libclient/network.h"

namespace sallyport {

// Makes a call as CallHttp does; tests answer themselves. Safe from several threads.
using AzureCaller = std::function<Result<HttpCallAnswer>(const HttpCall& call, const HttpCallLimits& limits)>;

// Returns the caller of programs. After `network.stop_descriptor` is readable, calls fail with kInterrupted.
AzureCaller CallAzureBy(NetworkSettings network);

// Returns the error of an answer that is no success: its kind by the status, with the code and the message of Azure,
// shortened, without control characters. `asked` says what was asked for: "list AKS clusters of ...".
Error AzureRefusal(const HttpCallAnswer& answer, std::string_view asked);

// Returns the code of a refusal ("AuthorizationFailed", "ResourceNotFound", "invalid_client"), or "".
std::string AzureErrorCode(const HttpCallAnswer& answer);

}  // namespace sallyport
