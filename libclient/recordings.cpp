#include "libclient/recordings.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "libresources/events/session_event.h"
#include "libresources/events/session_recording.h"
#include "teleport/legacy/client/proto/recording.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kRecordingsPage = 200;
constexpr std::chrono::seconds kSilence{60};

}  // namespace

Status ListSessions(RpcClient& rpc, const SessionRange& range, const ValueSink& sink) {
  proto::GetSessionEventsRequest request;
  *request.mutable_startdate() = TimeUtil::NanosecondsToTimestamp(range.from.time_since_epoch().count());
  *request.mutable_enddate() = TimeUtil::NanosecondsToTimestamp(range.to.time_since_epoch().count());
  request.set_order(proto::ASCENDING);  // the comment of the message explains the order
  int left = range.limit;
  while (left > 0) {
    request.set_limit(std::min(left, kRecordingsPage));
    ASSIGN_OR_RETURN(const auto answer, rpc.Call<proto::Events>("/proto.AuthService/GetSessionEvents", request));
    for (const auto& event : answer.items()) {
      const Value item = EventToValue(event);
      if (!item.as_map().empty()) RETURN_IF_ERROR(sink(item));
      if (--left == 0) return {};
    }
    if (answer.lastkey().empty()) return {};
    request.set_startkey(answer.lastkey());
  }
  return {};
}

Result<EventSource> ReceiveRecording(const RpcOptions& options, const std::string& session_id,
                                     std::string_view format) {
  ASSIGN_OR_RETURN(auto opened, OpenGrpcStream(options, "/proto.AuthService/StreamSessionEvents",
                                               {{"session-recording-format", std::string(format)}}));
  const std::shared_ptr<GrpcStream> call = std::move(opened);
  proto::StreamSessionEventsRequest request;
  request.set_sessionid(session_id);
  call->Send(request.SerializeAsString());
  call->EndSending();
  return [call]() -> Result<std::optional<events::OneOf>> {
    const Deadline deadline = std::chrono::steady_clock::now() + kSilence;
    while (true) {
      RETURN_IF_ERROR(call->Step());
      ASSIGN_OR_RETURN(const auto bytes, call->Next());
      if (bytes) {
        events::OneOf event;
        if (event.ParseFromString(*bytes)) return event;
        return Fail(ErrorKind::kBadParameter, "an event of the recording cannot be decoded");
      }
      if (call->ended() && call->ended()->code == 0) return std::nullopt;
      if (call->ended()) return std::unexpected(ErrorOfGrpcStatus(*call->ended()));
      if (!WaitFor(call->fd(), call->events(), deadline)) return std::unexpected(AnswersTooLate(kAuthService));
    }
  };
}

Result<EventSource> ReadRecording(const std::string& path) {
  ASSIGN_OR_RETURN(auto source, RecordingFile(path));
  const auto reader = std::make_shared<RecordingReader>(std::move(source));
  return [reader] { return reader->Next(); };
}

}  // namespace sallyport
