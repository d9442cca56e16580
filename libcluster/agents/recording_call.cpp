#include "libcluster/agents/recording_call.h"

#include <algorithm>

#include "teleport/legacy/client/proto/recording.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kMethod = "/proto.AuthService/CreateAuditStream";
constexpr std::chrono::seconds kTimeout{20};

class RecordingCall : public RecordingSink {
 public:
  explicit RecordingCall(std::unique_ptr<GrpcStream> call) : call_(std::move(call)) {}

  Status Begin(const std::string& session_id, const std::string& upload_id) {
    proto::AuditStreamRequest request;
    if (upload_id.empty()) {
      request.mutable_createstream()->set_sessionid(session_id);
    } else {
      request.mutable_resumestream()->set_sessionid(session_id);
      request.mutable_resumestream()->set_uploadid(upload_id);
    }
    call_->Send(request.SerializeAsString());
    return StepUntil([this] { return !upload_id_.empty(); });
  }

  const std::string& upload_id() const override { return upload_id_; }
  std::int64_t kept_index() const override { return kept_index_; }

  Status Send(const events::OneOf& event) override {
    RETURN_IF_ERROR(StepUntil([this] { return call_->HasRoom(); }));
    proto::AuditStreamRequest request;
    *request.mutable_event() = event;
    call_->Send(request.SerializeAsString());
    return Listen();
  }

  Status Listen() override {
    RETURN_IF_ERROR(Step());
    return call_->ended() ? Ended() : Status();
  }

  Status Complete() override {
    proto::AuditStreamRequest request;
    request.mutable_completestream();
    call_->Send(request.SerializeAsString());
    call_->EndSending();
    completing_ = true;
    RETURN_IF_ERROR(StepUntil([this] { return call_->ended().has_value(); }));
    return Ended();
  }

 private:
  // Sends and receives without blocking.
  Status Step() {
    RETURN_IF_ERROR(call_->Step());
    while (true) {
      ASSIGN_OR_RETURN(const auto bytes, call_->Next());
      if (!bytes) return {};
      events::StreamStatus status;
      if (!status.ParseFromString(*bytes)) continue;
      upload_id_ = status.uploadid();
      kept_index_ = std::max(kept_index_, status.lasteventindex());
    }
  }

  template <typename Condition>
  Status StepUntil(Condition holds) {
    const Deadline deadline = std::chrono::steady_clock::now() + kTimeout;
    while (true) {
      RETURN_IF_ERROR(Step());
      if (holds()) return {};
      if (call_->ended()) return Ended();
      if (!WaitFor(call_->fd(), call_->events(), deadline)) return std::unexpected(AnswersTooLate(kAuthService));
    }
  }

  // Returns the result of the call; an end that this side did not request is a failure.
  Status Ended() const {
    if (call_->ended()->code != 0) return std::unexpected(ErrorOfGrpcStatus(*call_->ended()));
    if (completing_) return {};
    return Fail(ErrorKind::kConnectionProblem, "{} ended the call before the recording was complete", kAuthService);
  }

  const std::unique_ptr<GrpcStream> call_;
  std::string upload_id_;
  std::int64_t kept_index_ = -1;
  bool completing_ = false;
};

}  // namespace

Result<std::unique_ptr<RecordingSink>> OpenRecordingCall(const RpcOptions& connection, const std::string& session_id,
                                                         const std::string& upload_id) {
  ASSIGN_OR_RETURN(auto stream, OpenGrpcStream(connection, std::string(kMethod)));
  auto call = std::make_unique<RecordingCall>(std::move(stream));
  RETURN_IF_ERROR(call->Begin(session_id, upload_id));
  return call;
}

}  // namespace sallyport
