// The message of the day, which a cluster shows before a login.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libclient/web_client.h"

namespace sallyport {

// Asks the proxy for the message of the day, when the proxy has said that there is one. On a terminal the message is
// shown, and the login continues after Enter; without a terminal nothing is shown, and the message is returned, with
// its control characters made visible. Fails as WebClient::Get and AskSecret do.
Result<std::string> ReadMessageOfTheDay(const WebClient& web, const PingAnswer& ping);

}  // namespace sallyport
