#include "libcluster/ssh/session_recorder.h"

#include <google/protobuf/util/time_util.h>

#include "libbase/secret.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::size_t kMaxPrintBytes = 32 << 10;

}  // namespace

Status SessionRecorder::Append(events::OneOf& event) {
  MutableMetadataOf(event)->set_index(next_index_);
  RETURN_IF_ERROR(file_->Append(event));
  ++next_index_;
  return {};
}

Status SessionRecorder::Add(const AuditEvent& event) {
  ASSIGN_OR_RETURN(events::OneOf message, EventFromValue(event.fields()));
  return Append(message);
}

Status SessionRecorder::Print(std::string_view bytes) {
  const Time now = std::chrono::floor<std::chrono::milliseconds>(Now());
  if (first_print_ == Time()) first_print_ = now;
  while (!bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, kMaxPrintBytes);
    events::OneOf event;
    auto& print = *event.mutable_sessionprint();
    print.mutable_metadata()->set_type("print");
    *print.mutable_metadata()->mutable_time() = TimeUtil::NanosecondsToTimestamp(now.time_since_epoch().count());
    print.set_chunkindex(next_chunk_++);
    print.set_data(std::string(chunk));
    print.set_bytes(static_cast<std::int64_t>(chunk.size()));
    print.set_delaymilliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(now - first_print_).count());
    print.set_offset(offset_);

    offset_ += print.bytes();
    RETURN_IF_ERROR(Append(event));
    bytes.remove_prefix(chunk.size());
  }
  return {};
}

Result<events::OneOf> MakeUpEnd(const events::OneOf& first, const events::OneOf& last) {
  const events::Metadata* const ended = MetadataOf(last);
  if (!first.has_sessionstart() || ended == nullptr) {
    return Fail(ErrorKind::kBadParameter, "the recording does not begin with the start of a session");
  }

  const events::SessionStart& start = first.sessionstart();
  events::OneOf event;
  auto& end = *event.mutable_sessionend();
  *end.mutable_metadata() = start.metadata();
  end.mutable_metadata()->set_type(std::string(audit::kSessionEnd.event));
  end.mutable_metadata()->set_code(std::string(audit::kSessionEnd.code));
  end.mutable_metadata()->set_id(RandomUuid());
  end.mutable_metadata()->set_index(ended->index() + 1);
  *end.mutable_metadata()->mutable_time() = ended->time();

  *end.mutable_user() = start.user();
  *end.mutable_session() = start.session();
  *end.mutable_connection() = start.connection();
  *end.mutable_server() = start.server();
  end.set_interactive(!start.terminalsize().empty());
  end.add_participants(start.user().user());
  *end.mutable_starttime() = start.metadata().time();
  *end.mutable_endtime() = ended->time();
  *end.mutable_initialcommand() = start.initialcommand();
  end.set_sessionrecording(start.sessionrecording());
  return event;
}

}  // namespace sallyport
