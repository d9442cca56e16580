#include "libcluster/auth/methods/recording_service.h"

#include <google/protobuf/util/time_util.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "libbase/log.h"
#include "libcluster/auth/access/host_caller.h"
#include "libcluster/auth/access/session_access.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/on_pool.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/rpc/rpc_stream.h"
#include "libresources/events/session_event.h"
#include "libresources/events/unstructured_event.h"
#include "teleport/auditlog/v1/auditlog.pb.h"
#include "teleport/legacy/client/proto/recording.pb.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using google::protobuf::util::TimeUtil;
using UploadMessages = RpcMessages<proto::AuditStreamRequest, events::StreamStatus>;
namespace auditv1 = teleport::auditlog::v1;

// The two methods that give out a recording: their messages, and what an event becomes.
struct StructuredReading {
  using Request = proto::StreamSessionEventsRequest;
  using Response = events::OneOf;
  static const std::string& SessionOf(const Request& request) { return request.sessionid(); }
  static std::int64_t StartOf(const Request& request) { return request.startindex(); }
  static Result<Response> Convert(events::OneOf event) { return event; }
};
struct UnstructuredReading {
  using Request = auditv1::StreamUnstructuredSessionEventsRequest;
  using Response = auditv1::EventUnstructured;
  static const std::string& SessionOf(const Request& request) { return request.session_id(); }
  static std::int64_t StartOf(const Request& request) { return request.start_index(); }
  static Result<Response> Convert(const events::OneOf& event) {
    Response response;
    RETURN_IF_ERROR(SetUnstructured(RecordedEventToValue(event), response));
    return response;
  }
};

constexpr std::chrono::seconds kFlushPeriod{2};
constexpr std::size_t kBatchEvents = 64;

// The upload of one recording.
class UploadCall {
 public:
  UploadCall(AuthServer& auth, ThreadPool& threads, std::string host_id)
      : auth_(auth), threads_(threads), host_id_(std::move(host_id)) {}

  asio::awaitable<Status> Run(UploadMessages messages) {
    const auto first = co_await messages.Read();
    if (!first) co_return std::unexpected(first.error());
    if (!*first) co_return Status();
    std::function<Status()> open = [this, request = **first] { return Open(request); };
    const auto opened = co_await OnPool(threads_, std::move(open));
    if (!*opened) co_return *opened;
    if (!co_await Report(messages, -1)) co_return Status();
    co_await (Listen(messages) || FlushRegularly(messages));
    std::function<Status()> finish = [this] { return Finish(); };
    const auto finished = co_await OnPool(threads_, std::move(finish));
    co_return status_ ? *finished : status_;
  }

 private:
  Status Open(const proto::AuditStreamRequest& request) {
    if (request.has_createstream()) {
      ASSIGN_OR_RETURN(upload_, auth_.recordings().Create(request.createstream().sessionid(), host_id_));
      return {};
    }
    if (!request.has_resumestream()) {
      return Fail(ErrorKind::kBadParameter, "the first message of a recording does not name the session");
    }
    const auto& resume = request.resumestream();
    ASSIGN_OR_RETURN(upload_, auth_.recordings().Resume(resume.sessionid(), resume.uploadid(), host_id_));
    return {};
  }

  // Confirms the events on disk.
  asio::awaitable<bool> Report(UploadMessages messages, std::int64_t index) {
    events::StreamStatus status;
    status.set_uploadid(upload_->id());
    status.set_lasteventindex(index);
    *status.mutable_lastuploadtime() = TimeUtil::NanosecondsToTimestamp(Now().time_since_epoch().count());
    co_return co_await messages.Write(status);
  }

  asio::awaitable<std::shared_ptr<Result<std::int64_t>>> Flush() {
    std::function<Result<std::int64_t>()> flush = [upload = upload_] { return upload->Flush(); };
    co_return co_await OnPool(threads_, std::move(flush));
  }

  asio::awaitable<void> Listen(UploadMessages messages) {
    while (status_) {
      const auto request = co_await messages.Read();
      if (!request) status_ = std::unexpected(request.error());
      if (!request || !*request) co_return;
      if ((*request)->has_completestream()) complete_ = true;
      if (complete_ || (*request)->has_flushandclosestream()) co_return;
      if (!(*request)->has_event()) {
        status_ = Fail(ErrorKind::kBadParameter, "a message of the recording has no event");
        co_return;
      }
      status_ = upload_->Append((*request)->event());
      if (!status_ || !upload_->IsFull()) continue;
      const auto flushed = co_await Flush();
      if (!*flushed) status_ = std::unexpected(flushed->error());
    }
  }

  asio::awaitable<void> FlushRegularly(UploadMessages messages) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::int64_t reported = -1;
    boost::system::error_code error;
    while (true) {
      timer.expires_after(kFlushPeriod);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      const auto index = co_await Flush();
      if (!*index) {
        status_ = std::unexpected(index->error());
        co_return;
      }
      if (**index <= reported) continue;
      reported = **index;
      if (!co_await Report(messages, reported)) co_return;
    }
  }

  Status Finish() {
    if (!status_ || !complete_) {
      ASSIGN_OR_RETURN(std::ignore, upload_->Flush());
      return {};
    }
    return auth_.CompleteRecording(*upload_);
  }

  AuthServer& auth_;
  ThreadPool& threads_;
  const std::string host_id_;
  std::shared_ptr<RecordingUpload> upload_;
  bool complete_ = false;
  Status status_;
};

// The event that describes a whole session: its last, or the first of an unfinished session.
Result<Value> EndOf(RecordingReader reader) {
  Value told = Value::EmptyMap();
  while (true) {
    ASSIGN_OR_RETURN(const auto event, reader.Next());
    if (!event) return told;
    if (event->has_sessionstart() || event->has_sessionend()) told = EventToValue(*event);
    // Has only the user who started the session: a truncated recording has no end with all participants.
    if (event->has_sessionstart()) told.Set("participants", Value::Strings({event->sessionstart().user().user()}));
  }
}

// The download of one recording.
template <typename Reading>
class ReadCall {
 public:
  ReadCall(AuthServer& auth, ThreadPool& threads, std::shared_ptr<const RpcStreamCall> call)
      : auth_(auth), threads_(threads), call_(std::move(call)) {}

  asio::awaitable<Status> Run(RpcMessages<typename Reading::Request, typename Reading::Response> messages) {
    const auto request = co_await messages.Read();
    if (!request) co_return std::unexpected(request.error());
    if (!*request) co_return Status();
    from_ = Reading::StartOf(**request);
    std::function<Status()> open = [this, id = Reading::SessionOf(**request)] { return Open(id); };
    const auto opened = co_await OnPool(threads_, std::move(open));
    if (!*opened) co_return *opened;
    while (true) {
      std::function<Status()> read = [this] { return ReadBatch(); };
      const auto status = co_await OnPool(threads_, std::move(read));
      if (!*status || batch_.empty()) co_return *status;
      for (const auto& event : batch_) {
        if (!co_await messages.Write(event)) co_return Status();
      }
    }
  }

 private:
  Status Open(const std::string& session_id) {
    ASSIGN_OR_RETURN(auto whole, auth_.recordings().Open(session_id));
    ASSIGN_OR_RETURN(const Value end, EndOf(RecordingReader(std::move(whole))));
    RETURN_IF_ERROR(CheckSession(*call_->caller, "read", end));
    AuditEvent event(audit::kRecordingAccess, auth_.cluster_name());
    event.By(*call_->caller).Add("sid", session_id).Add("session_type", "ssh");
    if (!call_->recording_format.empty()) event.Add("format", call_->recording_format);
    RETURN_IF_ERROR(auth_.Emit(event));
    ASSIGN_OR_RETURN(auto source, auth_.recordings().Open(session_id));
    reader_.emplace(std::move(source));
    return {};
  }

  Status ReadBatch() {
    batch_.clear();
    while (batch_.size() < kBatchEvents) {
      ASSIGN_OR_RETURN(auto event, reader_->Next());
      if (!event) return {};
      const events::Metadata* const metadata = MetadataOf(*event);
      if (metadata != nullptr && metadata->index() < from_) continue;
      ASSIGN_OR_RETURN(auto converted, Reading::Convert(std::move(*event)));
      batch_.push_back(std::move(converted));
    }
    return {};
  }

  AuthServer& auth_;
  ThreadPool& threads_;
  const std::shared_ptr<const RpcStreamCall> call_;
  std::int64_t from_ = 0;
  std::optional<RecordingReader> reader_;
  std::vector<typename Reading::Response> batch_;
};

template <typename Reading>
void AddReading(RpcTable& table, std::string path, EventLoop& loop, ThreadPool& threads, AuthServer& auth,
                const std::shared_ptr<SourceSlots>& slots) {
  using Request = typename Reading::Request;
  using Response = typename Reading::Response;
  const auto give = [&auth, &threads, slots](std::shared_ptr<const RpcStreamCall> call,
                                             RpcMessages<Request, Response> messages) -> asio::awaitable<Status> {
    const std::string& caller = call->caller->identity.username;
    const SourceSlots::Slot slot = slots->Take(caller);
    if (!slot) co_return Fail(ErrorKind::kLimitExceeded, "too many recordings are sent to {}", caller);
    ReadCall<Reading> read(auth, threads, call);
    co_return co_await read.Run(messages);
  };
  table.AddStream(std::move(path), RpcAccess::Authenticated(), StreamHandler<Request, Response>(loop, give));
}

}  // namespace

void AddRecordingStreams(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth) {
  const auto take = [&auth, &threads](std::shared_ptr<const RpcStreamCall> call,
                                      UploadMessages messages) -> asio::awaitable<Status> {
    auto host_id = HostOfCaller(*call->caller, auth.cluster_name(), "Node");
    if (!host_id) co_return std::unexpected(host_id.error());
    UploadCall upload(auth, threads, std::move(*host_id));
    co_return co_await upload.Run(messages);
  };
  table.AddStream("/proto.AuthService/CreateAuditStream", RpcAccess::Authenticated(),
                  StreamHandler<proto::AuditStreamRequest, events::StreamStatus>(loop, take));
  const auto slots = std::make_shared<SourceSlots>(BudgetOf(Endpoint::kGrpc, CallerState::kKnown).exports_of_one, 0);
  AddReading<StructuredReading>(table, "/proto.AuthService/StreamSessionEvents", loop, threads, auth, slots);
  AddReading<UnstructuredReading>(table, "/teleport.auditlog.v1.AuditLogService/StreamUnstructuredSessionEvents", loop,
                                  threads, auth, slots);
}

}  // namespace sallyport
