// Recordings of sessions, as their cluster gives them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libclient/listing.h"
#include "libclient/rpc.h"

namespace events {
class OneOf;
}

namespace sallyport {

struct SessionRange {
  Time from;
  Time to;
  int limit = 50;
};
// Sessions that are over, as events (session.end and its like), the newest first.
Status ListSessions(RpcClient& rpc, const SessionRange& range, const ValueSink& sink);

// Returns the next event of a recording, nothing at its end.
using EventSource = std::function<Result<std::optional<events::OneOf>>()>;

// Begins to receive a recording; `format` tells the audit log what it is for. The source fails with kNotFound when
// there is no recording, kAccessDenied.
Result<EventSource> ReceiveRecording(const RpcOptions& options, const std::string& session_id, std::string_view format);
// Begins to read a recording in a file. The source fails as RecordingReader does.
Result<EventSource> ReadRecording(const std::string& path);

}  // namespace sallyport
