#include "libcluster/rpc/grpc_session.h"

#include <google/protobuf/message.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "libbase/log.h"
#include "libcluster/net/await_callback.h"
#include "libcluster/net/source.h"
#include "libcluster/net/tls_state.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kAnswerTime{120};  // the time in which a client must read an answer
constexpr std::size_t kMaxAnswerBytes = 4 << 20;
// Flow-control windows: enough for a page of resources without a pause, and for a fast SSH connection.
constexpr std::uint32_t kWindowBytes = 8 << 20;
constexpr std::uint32_t kCallWindowBytes = 1 << 20;
constexpr std::uint32_t kMinWindowBytes = 65535;  // HTTP/2's initial window
constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::size_t kWriterBytes = 16 << 10;  // a stream may write while it has less unsent
constexpr std::size_t kMaxLoggedText = 200;     // limit for a client's text

Error TooBusy(std::string_view reason) {
  return {ErrorKind::kLimitExceeded, std::string(reason), "try again in a moment"};
}

GrpcLimits LimitsOf(const Budget& budget) {
  const auto window = static_cast<std::uint32_t>(std::min<std::size_t>(kWindowBytes, budget.unfinished_bytes_of_one));
  return {.max_calls = static_cast<std::uint32_t>(budget.streams),
          .max_message_bytes = budget.message_bytes,
          .max_buffered_bytes = budget.unfinished_bytes_of_one,
          .max_field_bytes = budget.header_bytes,
          .window_bytes = std::max(window, kMinWindowBytes),
          .call_window_bytes = std::clamp(window, kMinWindowBytes, kCallWindowBytes),
          .reset_burst = budget.resets_at_once,
          .resets_per_second = budget.resets_per_second,
          .message_time = budget.message_time,
          .answer_time = kAnswerTime};
}

std::string KeyOf(const Caller& caller) {
  return fmt::format("{}:{}", caller.kind == Caller::Kind::kUser ? "user" : "host", caller.identity.username);
}

}  // namespace

// The handler's view of a call with streams; its destructor ends the call.
class GrpcSession::Stream : public RpcStream {
 public:
  Stream(std::shared_ptr<GrpcSession> session, std::int32_t number) : session_(std::move(session)), number_(number) {}
  ~Stream() override {
    session_->Post([session = session_, number = number_] { session->LetGo(number); });
  }

  void Read(std::function<void(std::optional<std::string>)> done) override {
    session_->Post([session = session_, number = number_, done = std::move(done)]() mutable {
      session->Read(number, std::move(done));
    });
  }
  void Write(std::string message, std::function<void(bool)> done) override {
    session_->Post([session = session_, number = number_, message = std::move(message),
                    done = std::move(done)]() mutable { session->Write(number, message, std::move(done)); });
  }
  void Finish(const Status& status) override {
    GrpcStatus end = status ? GrpcStatus{} : GrpcStatusOf(status.error());
    session_->Post([session = session_, number = number_, end = std::move(end)] { session->Finish(number, end); });
  }
  void OnCancel(std::function<void()> listener) override {
    session_->Post([session = session_, number = number_, listener = std::move(listener)]() mutable {
      session->Listen(number, std::move(listener));
    });
  }

 private:
  const std::shared_ptr<GrpcSession> session_;
  const std::int32_t number_;
};

template <typename Work>
void GrpcSession::Post(Work work) {
  asio::post(strand_, std::move(work));
}

GrpcSession::GrpcSession(std::shared_ptr<GrpcEnvironment> environment, IncomingConnection connection)
    : environment_(std::move(environment)),
      remote_address_(std::move(connection.remote_address)),
      strand_(asio::make_strand(ContextOf(environment_->loop))),
      stream_(MakeSocketStream(strand_, std::move(connection.socket)), environment_->tls->state().context),
      timer_(strand_) {}

GrpcSession::~GrpcSession() {
  if (account_) account_->Remove(accounted_);
}

void GrpcSession::Start(std::function<void()> ended) {
  ended_ = std::move(ended);
  key_ = SourceOf(remote_address_);
  place_ = environment_->unknown_connections.Enter(key_, beast::get_lowest_layer(stream_).socket().native_handle());
  asio::co_spawn(
      strand_, [self = shared_from_this()]() -> asio::awaitable<void> { co_await self->Serve(); }, asio::detached);
}

void GrpcSession::GoAway() {
  Post([self = shared_from_this()] {
    if (!self->connection_ || self->closed_) return self->Abort();
    self->connection_->GoAway();
    self->Flush();
  });
}

void GrpcSession::Close() {
  Post([self = shared_from_this()] { self->Abort(); });
}

// The connection.

asio::awaitable<void> GrpcSession::Serve() {
  const bool shaken = co_await Handshake();
  if (shaken) {
    co_await Identify();
    co_await ReadAll();
  }
  Abort();
}

asio::awaitable<bool> GrpcSession::Handshake() {
  boost::system::error_code error;
  auto& socket = beast::get_lowest_layer(stream_);
  socket.expires_after(budget().handshake_time);
  co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
  socket.expires_never();
  if (!error) {
    AcknowledgeHandshake(stream_);
    co_return true;
  }
  Log(LogLevel::kDebug, "TLS handshake failed", {{"peer", remote_address_}, {"reason", error.message()}});
  co_return false;
}

// Finds out whether the caller is known, for the limits; each call is authorized separately.
asio::awaitable<void> GrpcSession::Identify() {
  chain_ = PeerChainPem(stream_);
  if (!chain_.empty()) {
    using Answer = std::shared_ptr<const Caller>;
    const auto start = [self = shared_from_this()](auto done) {
      const bool taken = self->environment_->identification.Submit(self->key_, [self, done] {
        const auto caller = self->environment_->options.authenticate(self->chain_, self->remote_address_);
        done(caller ? *caller : nullptr);
      });
      if (!taken) done(nullptr);
    };
    const Answer caller = co_await AwaitCallback<Answer>(start);
    known_ = caller != nullptr && caller->kind != Caller::Kind::kNobody;
    if (known_) key_ = KeyOf(*caller);
  }
  account_ = environment_->accounts.Of(known_ ? CallerState::kKnown : CallerState::kUnknown, key_);
  GrpcCallEvents& events = *this;
  connection_.emplace(LimitsOf(budget()), events);
  if (!known_) co_return;

  place_.Release();
  slot_ = environment_->known_connections.Take(key_);
  if (slot_) co_return;
  Log(LogLevel::kWarning, "connection refused: the caller has too many connections",
      {{"caller", key_}, {"peer", remote_address_}});
  connection_->Terminate();
}

asio::awaitable<void> GrpcSession::ReadAll() {
  std::array<char, kReadBytes> buffer;
  Flush();
  while (!closed_) {
    boost::system::error_code error;
    const std::size_t count =
        co_await stream_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error || closed_) co_return;
    const Status received = connection_->Receive({buffer.data(), count});
    Flush();
    if (!received) {
      Log(LogLevel::kDebug, "connection ended", {{"peer", remote_address_}, {"reason", received.error().message}});
      co_return;
    }
  }
}

// Sends the queued output, piece by piece.
void GrpcSession::Flush() {
  if (closed_ || !connection_) return;
  if (!writing_) output_ = connection_->TakeOutput();
  AfterStep();
  if (closed_ || writing_) return;
  if (output_.empty()) {
    if (!connection_->ended().empty()) Abort();
    return;
  }
  writing_ = true;
  asio::async_write(stream_, asio::buffer(output_), [self = shared_from_this()](boost::system::error_code error, auto) {
    self->writing_ = false;
    if (error) return self->Abort();
    self->WakeWriters();
    self->Flush();
  });
}

void GrpcSession::AfterStep() {
  UpdateAccount();
  if (accounted_ > 0 && account_->IsBroken()) {
    Log(LogLevel::kWarning, "connection closed: the caller uses too much memory of the server",
        {{"caller", key_}, {"peer", remote_address_}});
    return Abort();
  }
  ArmTimer();
}

void GrpcSession::UpdateAccount() {
  const std::size_t bytes = connection_->buffered() + connection_->unsent();
  account_->Add(bytes);
  account_->Remove(std::exchange(accounted_, bytes));
}

// Checks deadlines each second, while there are any.
void GrpcSession::ArmTimer() {
  if (timer_armed_ || closed_ || (known_ && !connection_->HasTimes())) return;
  timer_armed_ = true;
  timer_.expires_after(kTick);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    self->timer_armed_ = false;
    if (!error) self->OnTimer();
  });
}

void GrpcSession::OnTimer() {
  if (closed_) return;
  connection_->Sweep();
  idle_ = connection_->calls() == 0 ? idle_ + kTick : std::chrono::seconds(0);
  if (!known_ && idle_ > budget().idle_time) return Abort();
  Flush();
  if (!closed_) ArmTimer();
}

// Ends the connection and all of its calls.
void GrpcSession::Abort() {
  if (std::exchange(closed_, true)) return;
  timer_.cancel();
  place_.Release();
  boost::system::error_code ignored;
  auto& socket = beast::get_lowest_layer(stream_).socket();
  socket.shutdown(asio::socket_base::shutdown_both, ignored);
  socket.close(ignored);
  while (!calls_.empty()) {
    const auto number = calls_.begin()->first;
    OnOver(number);
    calls_.erase(number);
  }
  if (const auto ended = std::exchange(ended_, nullptr)) ended();
}

// Calls.

bool GrpcSession::OnCall(std::int32_t number, const GrpcCallHead& head) {
  Call& call = calls_[number];
  call.method = environment_->table.Find(head.path);
  call.head = head;
  if (call.method != nullptr && call.method->stream_handler) {
    SubmitStream(number, call);
    return false;
  }
  // Refuses an unknown caller without access before reading the message.
  const bool open = call.method != nullptr && call.method->access.who == RpcAccess::Who::kAnyone;
  if (!known_ && !open) SubmitUnary(number, call, std::nullopt);
  return true;
}

void GrpcSession::OnMessage(std::int32_t number) {
  Call* call = Find(number);
  if (call == nullptr) return;
  if (call->method != nullptr && call->method->stream_handler) return DeliverRead(number, *call);
  if (call->submitted) return;
  auto message = connection_->Next(number);
  if (message || connection_->HasEnded(number)) SubmitUnary(number, *call, std::move(message));
}

// The client left, or exceeded a limit.
void GrpcSession::OnOver(std::int32_t number) {
  Call* call = Find(number);
  if (call == nullptr) return;
  call->client_left = true;
  const auto left = std::exchange(call->left, nullptr);
  End(number, *call);
  if (left) left();
}

GrpcSession::Call* GrpcSession::Find(std::int32_t number) {
  const auto found = calls_.find(number);
  return found == calls_.end() ? nullptr : &found->second;
}

// Completes all pending operations of the call as over.
void GrpcSession::End(std::int32_t number, Call& call) {
  call.over->store(true);
  const auto read_done = std::exchange(call.read_done, nullptr);
  const auto write_done = std::exchange(call.write_done, nullptr);
  // A Stream may still use the call, and must learn that the client left.
  if (!call.held) calls_.erase(number);
  if (read_done) read_done(std::nullopt);
  if (write_done) write_done(false);
}

Result<GrpcSession::Admitted> GrpcSession::Admit(const RpcMethod* method, GrpcCallHead head) const {
  if (method == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "{} is not implemented by this cluster", head.path);
  }
  const auto& options = environment_->options;
  RETURN_IF_ERROR(options.check_version(head.client_version));
  Admitted admitted{method, nullptr, std::move(head)};
  ASSIGN_OR_RETURN(admitted.caller, options.authenticate(chain_, remote_address_));
  RETURN_IF_ERROR(options.authorize(*method, admitted.call()));
  return admitted;
}

// Calls with one message each way.

void GrpcSession::SubmitUnary(std::int32_t number, Call& call, std::optional<std::string> message) {
  if (std::exchange(call.submitted, true)) return;
  if (account_->IsFull()) {
    return Refuse(number, TooBusy("too many messages and answers wait on this caller's connections"));
  }
  // A message counts until its handler is done.
  const std::shared_ptr<void> counted = Hold(account_, message ? message->size() : 0);

  const bool taken = pool().Submit(key_, [self = shared_from_this(), number, method = call.method, head = call.head,
                                          over = call.over, message = std::move(message), counted] {
    if (over->load()) return;  // the client has left
    auto answer = self->RunUnary(method, head, message);
    self->Post([self, number, answer = std::move(answer)]() mutable { self->Answer(number, std::move(answer)); });
  });
  if (!taken) Refuse(number, TooBusy("too many calls of this caller wait"));
}

Result<std::string> GrpcSession::RunUnary(const RpcMethod* method, const GrpcCallHead& head,
                                          const std::optional<std::string>& message) const {
  ASSIGN_OR_RETURN(const Admitted admitted, Admit(method, head));
  if (!message) return Fail(ErrorKind::kBadParameter, "the call has no request message");
  const auto request = method->new_request();
  if (!request->ParseFromString(*message)) {
    return Fail(ErrorKind::kBadParameter, "{}: the request cannot be decoded", method->path);
  }
  const auto response = method->new_response();
  RETURN_IF_ERROR(method->handler(admitted.call(), *request, *response));

  const std::size_t size = response->ByteSizeLong();
  if (size > kMaxAnswerBytes) {
    return Fail(ErrorKind::kLimitExceeded, "the answer of {} bytes is larger than the limit: request less data", size);
  }
  std::string bytes;
  if (!response->SerializeToString(&bytes)) return Fail(ErrorKind::kInternal, "the answer cannot be encoded");
  return bytes;
}

void GrpcSession::Answer(std::int32_t number, Result<std::string> answer) {
  if (closed_ || Find(number) == nullptr) return;
  if (!answer) return Refuse(number, answer.error());
  connection_->Send(number, *answer);
  connection_->Finish(number, {});
  calls_.erase(number);
  Flush();
}

void GrpcSession::Refuse(std::int32_t number, const Error& error) {
  const Call* refused = Find(number);
  if (refused != nullptr && error.kind == ErrorKind::kNotImplemented) {
    Log(LogLevel::kWarning, "unimplemented method called",
        {{"method", refused->head.path.substr(0, kMaxLoggedText)}, {"error", error.message.substr(0, kMaxLoggedText)}});
  }
  connection_->Finish(number, GrpcStatusOf(error));
  if (Call* call = Find(number)) End(number, *call);
  // Inside of Receive or TakeOutput the caller flushes.
  Post([self = shared_from_this()] { self->Flush(); });
}

// Calls with streams.

void GrpcSession::SubmitStream(std::int32_t number, Call& call) {
  const bool taken = pool().Submit(
      key_, [self = shared_from_this(), number, method = call.method, head = call.head, over = call.over] {
        if (over->load()) return;
        auto admitted = self->Admit(method, head);
        self->Post([self, number, admitted = std::move(admitted)]() mutable {
          Call* open = self->Find(number);
          if (open == nullptr || self->closed_) return;
          if (!admitted) return self->Refuse(number, admitted.error());
          open->held = true;
          auto& said = admitted->head;
          admitted->method->stream_handler({std::move(admitted->caller), admitted->method->path,
                                            std::move(said.client_version), std::move(said.user_agent),
                                            std::move(said.recording_format), std::make_shared<Stream>(self, number)});
        });
      });
  if (!taken) Refuse(number, TooBusy("too many calls of this caller wait"));
}

void GrpcSession::Read(std::int32_t number, std::function<void(std::optional<std::string>)> done) {
  Call* call = Find(number);
  if (call == nullptr || call->over->load()) return done(std::nullopt);
  call->read_done = std::move(done);
  DeliverRead(number, *call);
  Flush();  // windows
}

void GrpcSession::DeliverRead(std::int32_t number, Call& call) {
  if (!call.read_done) return;
  auto message = connection_->Next(number);
  if (!message && !connection_->HasEnded(number)) return;
  // Next may have ended the call and sent its answer.
  Call* open = Find(number);
  if (open == nullptr) return;
  if (const auto done = std::exchange(open->read_done, nullptr)) done(std::move(message));
}

void GrpcSession::Write(std::int32_t number, const std::string& message, std::function<void(bool)> done) {
  Call* call = Find(number);
  if (call == nullptr || call->over->load()) return done(false);
  connection_->Send(number, message);
  call->write_done = std::move(done);
  Flush();
  WakeWriters();
}

void GrpcSession::WakeWriters() {
  std::vector<std::function<void(bool)>> ready;
  for (auto& [number, call] : calls_) {
    if (call.write_done && connection_->Unsent(number) < kWriterBytes) {
      ready.push_back(std::exchange(call.write_done, nullptr));
    }
  }
  for (const auto& done : ready) done(true);
}

void GrpcSession::Finish(std::int32_t number, const GrpcStatus& status) {
  Call* call = Find(number);
  if (call == nullptr || call->over->load()) return;
  connection_->Finish(number, status);
  call->left = nullptr;
  End(number, *call);
  Flush();
}

void GrpcSession::Listen(std::int32_t number, std::function<void()> listener) {
  Call* call = Find(number);
  if (call == nullptr || call->client_left) return listener();
  if (!call->over->load()) call->left = std::move(listener);
}

void GrpcSession::LetGo(std::int32_t number) {
  Finish(number, {RowOf(ErrorKind::kConnectionProblem).grpc_code, "the server is stopping"});
  calls_.erase(number);
}

}  // namespace sallyport
