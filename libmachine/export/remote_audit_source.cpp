#include "libmachine/export/remote_audit_source.h"

#include <google/protobuf/empty.pb.h>

#include "libbase/file.h"
#include "libbase/log.h"
#include "libresources/codec/timestamps.h"
#include "sallyport/v1/audit.pb.h"
#include "teleport/auditlog/v1/auditlog.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

namespace auditlog = teleport::auditlog::v1;

constexpr const char* kProgram = "teleport-event-handler";
constexpr std::string_view kFollow = "/sallyport.v1.AuditChainService/Follow";
constexpr std::string_view kRead = "/sallyport.v1.AuditChainService/Read";
constexpr std::string_view kChunks = "/teleport.auditlog.v1.AuditLogService/GetEventExportChunks";
constexpr std::string_view kExport = "/teleport.auditlog.v1.AuditLogService/ExportUnstructuredEvents";
constexpr std::string_view kPages = "/teleport.auditlog.v1.AuditLogService/GetUnstructuredEvents";
constexpr std::string_view kSession = "/teleport.auditlog.v1.AuditLogService/StreamUnstructuredSessionEvents";
// A followed log gives a sign of life every 15 seconds; other streams have something to send.
constexpr std::chrono::seconds kSilence{60};
constexpr std::chrono::hours kFarAhead{48};
constexpr const char* kLockMessage = "locked by the event handler: too many failed logins";

std::unexpected<Error> Stopped() { return Fail(ErrorKind::kInterrupted, "the event handler stops"); }

}  // namespace

// A connection and the options for streams, which have connections of their own.
struct RemoteAuditSource::Connection {
  IdentityConnection parts;
};

RemoteAuditSource::~RemoteAuditSource() = default;

bool RemoteAuditSource::RefreshIdentity() {
  auto identity = ReadIdentity();
  if (!identity) {
    Log(LogLevel::kWarning, "the identity cannot be read again; the one of before remains",
        {{"reason", identity.error().message}});
    return false;
  }

  const MutexLock lock(mutex_);
  if (identity_ != nullptr && identity_->tls_certificate == identity->tls_certificate) return false;
  identity_ = std::make_shared<const IdentityFile>(std::move(*identity));
  connection_ = nullptr;
  return true;
}

// Returns the identity file, or what the three files of the settings hold.
Result<IdentityFile> RemoteAuditSource::ReadIdentity() const {
  if (!settings_.identity.empty()) return ReadIdentityFile(settings_.identity);
  IdentityFile identity;
  ASSIGN_OR_RETURN(identity.tls_certificate, ReadFile(settings_.cert));
  ASSIGN_OR_RETURN(std::string key, ReadFile(settings_.key));
  identity.private_key = Secret(std::move(key));
  ASSIGN_OR_RETURN(std::string authorities, ReadFile(settings_.ca));
  identity.tls_authorities.push_back(std::move(authorities));
  return identity;
}

// Reads the identity before the first call.
Status RemoteAuditSource::TakeIdentity() {
  {
    const MutexLock lock(mutex_);
    if (identity_ != nullptr) return {};
  }
  ASSIGN_OR_RETURN(IdentityFile identity, ReadIdentity());
  const MutexLock lock(mutex_);
  identity_ = std::make_shared<const IdentityFile>(std::move(identity));
  return {};
}

Result<std::shared_ptr<RemoteAuditSource::Connection>> RemoteAuditSource::Connect() {
  RETURN_IF_ERROR(TakeIdentity());
  std::shared_ptr<const IdentityFile> identity;
  {
    const MutexLock lock(mutex_);
    if (connection_ != nullptr) return connection_;
    identity = identity_;
  }
  ASSIGN_OR_RETURN(IdentityConnection parts, ConnectWithIdentity(*identity, settings_.address, kProgram, network_));
  auto made = std::make_shared<Connection>(Connection{std::move(parts)});
  const MutexLock lock(mutex_);
  if (identity_ == identity) connection_ = made;
  return made;
}

// A broken connection stays broken, and one that is refused may be of an identity that has ended.
void RemoteAuditSource::Forget(const Error& failure) {
  if (failure.kind != ErrorKind::kConnectionProblem && failure.kind != ErrorKind::kNotLoggedIn &&
      failure.kind != ErrorKind::kAccessDenied) {
    return;
  }
  const MutexLock lock(mutex_);
  connection_ = nullptr;
}

template <typename Answer, typename Request>
Result<Answer> RemoteAuditSource::Call(std::string_view method, const Request& request) {
  ASSIGN_OR_RETURN(const auto connection, Connect());
  auto answer = connection->parts.client->Call<Answer>(method, request);
  if (!answer) Forget(answer.error());
  return answer;
}

// Makes a call with a stream of answers, and gives each to a function.
template <typename Message, typename Request, typename TakeMessage>
Status RemoteAuditSource::Stream(std::string_view method, const Request& request, const TakeMessage& take,
                                 const StopSignal& stop) {
  ASSIGN_OR_RETURN(const auto connection, Connect());
  auto opened = OpenGrpcStream(*connection->parts.options, std::string(method));
  if (!opened) {
    Forget(opened.error());
    return std::unexpected(opened.error());
  }

  GrpcStream& call = **opened;
  call.Send(request.SerializeAsString());
  call.EndSending();
  Deadline deadline = std::chrono::steady_clock::now() + kSilence;
  while (!stop.stopped()) {
    if (const Status step = call.Step(); !step) {
      Forget(step.error());
      return step;
    }
    ASSIGN_OR_RETURN(const auto bytes, call.Next());
    if (bytes) {
      Message message;
      if (!message.ParseFromString(*bytes))
        return Fail(ErrorKind::kBadParameter, "cannot read an answer to {}", method);
      RETURN_IF_ERROR(take(message));
      deadline = std::chrono::steady_clock::now() + kSilence;
      continue;
    }
    if (call.ended() && call.ended()->code == 0) return {};
    if (call.ended()) {
      const Error failure = ErrorOfGrpcStatus(*call.ended());
      Forget(failure);
      return std::unexpected(failure);
    }
    if (!WaitFor(call.fd(), call.events(), deadline, stop.descriptor()) && !stop.stopped()) {
      return std::unexpected(AnswersTooLate(kAuthService));
    }
  }
  return Stopped();
}

Result<std::string> RemoteAuditSource::ClusterName() {
  ASSIGN_OR_RETURN(const auto ping, Call<proto::PingResponse>("/proto.AuthService/Ping", proto::PingRequest()));
  return ping.clustername();
}

Result<AuditMethod> RemoteAuditSource::BestMethod() {
  sallyport::v1::FollowRequest follow;
  *follow.mutable_start_time() = ToStamp(Now() + kFarAhead);
  const auto read = Call<sallyport::v1::FollowResponse>(kRead, follow);
  if (read) return AuditMethod::kFollow;
  if (read.error().kind != ErrorKind::kNotImplemented) return std::unexpected(read.error());

  // A day without events is enough to know whether the method is there.
  const auto chunks = Chunks(Now() + kFarAhead);
  if (chunks) return AuditMethod::kChunks;
  if (chunks.error().kind == ErrorKind::kNotImplemented) return AuditMethod::kPages;
  return std::unexpected(chunks.error());
}

Status RemoteAuditSource::Follow(const std::string& cursor, Time start, bool until_end, const TakeFollowed& take,
                                 const StopSignal& stop) {
  sallyport::v1::FollowRequest request;
  request.set_cursor(cursor);
  if (cursor.empty()) *request.mutable_start_time() = ToStamp(start);
  request.set_until_end(until_end);
  return Stream<sallyport::v1::FollowResponse>(
      kFollow, request,
      [&](const sallyport::v1::FollowResponse& answer) -> Status {
        FollowedEvents taken{{}, answer.cursor(), answer.newest().number()};
        for (const auto& followed : answer.events()) {
          ASSIGN_OR_RETURN(ExportedEvent event, ReadFollowedEvent(followed, settings_.chain));
          taken.events.push_back(std::move(event));
        }
        return take(std::move(taken));
      },
      stop);
}

Result<std::vector<std::string>> RemoteAuditSource::Chunks(Time day) {
  ASSIGN_OR_RETURN(const auto connection, Connect());
  auditlog::GetEventExportChunksRequest request;
  *request.mutable_date() = ToStamp(day);
  const auto answers = connection->parts.client->CallForAll<auditlog::EventExportChunk>(kChunks, request);
  if (!answers) {
    Forget(answers.error());
    return std::unexpected(answers.error());
  }
  std::vector<std::string> chunks;
  for (const auto& answer : *answers) chunks.push_back(answer.chunk());
  return chunks;
}

Status RemoteAuditSource::Export(Time day, const std::string& chunk, const std::string& cursor,
                                 const TakeWithCursor& take, const StopSignal& stop) {
  auditlog::ExportUnstructuredEventsRequest request;
  *request.mutable_date() = ToStamp(day);
  request.set_chunk(chunk);
  request.set_cursor(cursor);
  return Stream<auditlog::ExportEventUnstructured>(
      kExport, request,
      [&](const auditlog::ExportEventUnstructured& answer) -> Status {
        ASSIGN_OR_RETURN(ExportedEvent event, ReadExportedEvent(answer.event()));
        return take(std::move(event), answer.cursor());
      },
      stop);
}

Result<EventPage> RemoteAuditSource::Page(const EventWindow& window, const std::string& cursor) {
  auditlog::GetUnstructuredEventsRequest request;
  request.set_namespace_("default");
  *request.mutable_start_date() = ToStamp(window.from);
  *request.mutable_end_date() = ToStamp(window.to);
  for (const auto& type : window.types) request.add_event_types(type);
  request.set_limit(window.limit);
  request.set_start_key(cursor);
  // Oldest first; the names of the orders are swapped on the wire.
  request.set_order(auditlog::ORDER_DESCENDING_UNSPECIFIED);

  ASSIGN_OR_RETURN(const auto answer, Call<auditlog::EventsUnstructured>(kPages, request));
  EventPage page;
  page.next = answer.last_key();
  for (const auto& item : answer.items()) {
    ASSIGN_OR_RETURN(ExportedEvent event, ReadExportedEvent(item));
    page.events.push_back(std::move(event));
  }
  return page;
}

Status RemoteAuditSource::SessionEvents(const std::string& session, std::int64_t index, const Take& take,
                                        const StopSignal& stop) {
  auditlog::StreamUnstructuredSessionEventsRequest request;
  request.set_session_id(session);
  request.set_start_index(static_cast<std::int32_t>(index));
  return Stream<auditlog::EventUnstructured>(
      kSession, request,
      [&](const auditlog::EventUnstructured& answer) -> Status {
        ASSIGN_OR_RETURN(ExportedEvent event, ReadExportedEvent(answer));
        return take(std::move(event));
      },
      stop);
}

Status RemoteAuditSource::Lock(const LoginLock& asked) {
  types::LockV2 lock;
  lock.set_kind("lock");
  lock.set_version("v2");
  lock.mutable_metadata()->set_name(asked.name);
  auto& spec = *lock.mutable_spec();
  spec.mutable_target()->set_user(asked.user);
  spec.mutable_target()->set_login(asked.login);
  spec.set_message(kLockMessage);
  if (asked.expires != Time()) *spec.mutable_expires() = ToStamp(asked.expires);
  RETURN_IF_ERROR(Call<google::protobuf::Empty>("/proto.AuthService/UpsertLock", lock));
  return {};
}

}  // namespace sallyport
