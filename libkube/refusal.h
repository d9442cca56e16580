// Reads why an API server refused a request: the HTTP status and the Status object of the answer
// (docs/protocol/services.md#kubernetes-api-clients).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

struct KubeRefusal {
  // The kind follows the reason, else the HTTP status. The message says what was asked for, and the message and the
  // reason of the server.
  Error error;
  bool gone = false;                                // 410: the server no longer has the state that was asked for
  std::optional<std::chrono::seconds> retry_after;  // when the server asks to come again
};

// Reads an answer that is no success. `asked` is what the request would do: `get secrets "a/b"`. `retry_after` is the
// header of that name. A body that is no Status object counts as absent.
KubeRefusal ReadRefusal(int http_status, std::string_view body, std::string_view retry_after, std::string_view asked);

// Reads a Status object, that of a watch's ERROR event.
KubeRefusal ReadRefusal(const Value& status, std::string_view asked);

}  // namespace sallyport
