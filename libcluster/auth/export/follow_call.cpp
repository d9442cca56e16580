#include "libcluster/auth/export/follow_call.h"

#include "libcluster/auth/access/lasting_call.h"
#include "libcluster/auth/export/log_reader.h"
#include "libcluster/backend/change_counter.h"
#include "libcluster/net/alarm.h"
#include "libcluster/rpc/rpc_stream.h"
#include "sallyport/v1/audit.pb.h"

namespace sallyport {
namespace {

using FollowMessages = RpcMessages<v1::FollowRequest, v1::FollowResponse>;

constexpr std::chrono::seconds kSignOfLife{15};

class FollowCall {
 public:
  FollowCall(ExportEnvironment& environment, std::shared_ptr<const RpcStreamCall> call, asio::any_io_executor executor)
      : environment_(environment),
        call_(std::move(call)),
        caller_(call_->caller->identity.username),
        slot_(environment.follows.Take(caller_)),
        access_(environment.auth.backend(), AccessKeys(*call_->caller)),
        alarm_(std::make_shared<Alarm>(std::move(executor))) {}
  ~FollowCall() { alarm_->Close(); }
  FollowCall(const FollowCall&) = delete;
  FollowCall& operator=(const FollowCall&) = delete;

  asio::awaitable<Status> Run(FollowMessages messages) {
    if (!slot_)
      co_return Fail(ErrorKind::kLimitExceeded, "too many followers of the audit log of {} are open", caller_);
    const auto request = co_await messages.Read();
    if (!request) co_return std::unexpected(request.error());
    if (!*request) co_return Status();
    const auto watch = log().Watch([alarm = alarm_] { alarm->Ring(); });
    call_->stream->OnCancel([alarm = alarm_] { alarm->Ring(); });
    std::function<Status()> open = [this, request = **request] { return Open(request); };
    const auto opened = co_await environment_.Run(caller_, std::move(open));
    if (!*opened) co_return *opened;

    while (true) {
      std::function<Status()> read = [this] { return ReadSome(); };
      const auto done = co_await environment_.Run(caller_, std::move(read));
      if (!*done) co_return *done;
      if (!co_await WriteEncoded(call_->stream, std::move(encoded_))) co_return Status();
      if (reader_->HasEnded()) co_return Status();
      if (reader_->caught_up()) co_await alarm_->Wait(kSignOfLife);
    }
  }

 private:
  EventLog& log() const { return environment_.auth.backend().event_log(); }

  Status CheckCaller() {
    RETURN_IF_ERROR(CheckStillServed(environment_.auth.locks(), *call_->caller));
    if (access_.Count() == access_before_) return {};
    return Fail(ErrorKind::kConnectionProblem, "the access of the caller has changed: follow the log again");
  }

  Status Open(const v1::FollowRequest& request) {
    access_before_ = access_.Count();
    ASSIGN_OR_RETURN(reader_, LogReader::Open(log(), request));
    return {};
  }

  // Reads the next events and encodes the answer with them.
  Status ReadSome() {
    RETURN_IF_ERROR(CheckCaller());
    v1::FollowResponse answer;
    RETURN_IF_ERROR(reader_->Next(answer));
    encoded_ = answer.SerializeAsString();
    return {};
  }

  ExportEnvironment& environment_;
  const std::shared_ptr<const RpcStreamCall> call_;
  const std::string caller_;
  const SourceSlots::Slot slot_;
  ChangeCounter access_;
  std::uint64_t access_before_ = 0;
  const std::shared_ptr<Alarm> alarm_;
  std::optional<LogReader> reader_;
  std::string encoded_;
};

}  // namespace

void AddFollowStream(RpcTable& table, EventLoop& loop, std::shared_ptr<ExportEnvironment> environment) {
  const auto serve = [environment = std::move(environment)](std::shared_ptr<const RpcStreamCall> call,
                                                            FollowMessages messages) -> asio::awaitable<Status> {
    const auto kept = environment;
    const auto executor = co_await asio::this_coro::executor;
    FollowCall follow(*kept, std::move(call), executor);
    co_return co_await follow.Run(std::move(messages));
  };
  table.AddStream("/sallyport.v1.AuditChainService/Follow", RpcAccess::WholeRule("event", {"list"}),
                  StreamHandler<v1::FollowRequest, v1::FollowResponse>(loop, serve));
}

}  // namespace sallyport
