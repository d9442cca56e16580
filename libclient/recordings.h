// Lists sessions that have ended and reads their recordings.
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
// Lists ended sessions as events (session.end and similar), newest first.
Status ListSessions(RpcClient& rpc, const SessionRange& range, const ValueSink& sink);

// Returns the next event of a recording, or nothing at the end.
using EventSource = std::function<Result<std::optional<events::OneOf>>()>;

// Begins to receive a recording; `format` tells the audit log the purpose. The source fails with kNotFound (no
// recording) or kAccessDenied.
Result<EventSource> ReceiveRecording(const RpcOptions& options, const std::string& session_id, std::string_view format);
// Begins to read a recording from a file. The source fails as RecordingReader does.
Result<EventSource> ReadRecording(const std::string& path);

}  // namespace sallyport
