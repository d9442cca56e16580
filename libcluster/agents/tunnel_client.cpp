#include "libcluster/agents/tunnel_client.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <map>
#include <thread>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libbase/mutex.h"
#include "libbase/version.h"
#include "libbase/write_all.h"
#include "libcluster/agents/running_services.h"
#include "libidentity/x509.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxQueued = 10'000;
constexpr std::size_t kChunkBytes = 16 << 10;
constexpr std::chrono::seconds kWelcomeTimeout{15};
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::seconds kLongestPause{30};
constexpr std::chrono::milliseconds kGoodbyeTimeout{1000};
constexpr std::chrono::milliseconds kStopTimeout{3000};  // for connections that end by themselves
constexpr std::chrono::milliseconds kCutTimeout{500};    // for connections that are cut
constexpr std::string_view kControl = "/sallyport.v1.TunnelService/Control";
constexpr std::string_view kConnect = "/sallyport.v1.TunnelService/Connect";

Deadline In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

// Carries bytes between a socket and a call until one of them ends, or `end` can be read; counts them.
Status Relay(GrpcStream& call, int socket, int end, SshTraffic& traffic) {
  bool socket_open = true;
  while (true) {
    RETURN_IF_ERROR(call.Step());
    bool moved = false;
    while (true) {
      ASSIGN_OR_RETURN(const auto message, call.Next());
      if (!message) break;
      v1::TunnelBytes bytes;
      if (!bytes.ParseFromString(*message)) return {};
      if (!WriteAll(socket, bytes.payload(), {.is_socket = true, .until_readable = end})) return {};
      traffic.sent += bytes.payload().size();
      moved = true;
    }
    if (moved) continue;
    if (call.ended() || (!socket_open && call.IsFlushed())) return {};

    pollfd waits[] = {
        {call.fd(), call.events(), 0}, {socket_open && call.HasRoom() ? socket : -1, POLLIN, 0}, {end, POLLIN, 0}};
    if (::poll(waits, 3, -1) < 0) continue;
    if (waits[2].revents != 0) return {};
    if (waits[1].revents == 0) continue;

    char buffer[kChunkBytes];
    const ssize_t count = ::read(socket, buffer, sizeof buffer);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count > 0) {
      v1::TunnelBytes bytes;
      bytes.set_payload(buffer, static_cast<std::size_t>(count));
      call.Send(bytes.SerializeAsString());
      traffic.received += bytes.payload().size();
    } else {
      socket_open = false;
      call.EndSending();
    }
  }
}

}  // namespace

// Shared by the client and its threads: a thread that still waits for the network after Stop finds no services.
struct TunnelClient::State : std::enable_shared_from_this<State> {
  State()
      : wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        ending(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        cutting(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  void Stop() {
    stopping = true;
    Signal(ending);
    Wake();
    {
      MutexLock lock(mutex);
      if (!HaveAllEnded(lock, kStopTimeout)) {
        Signal(cutting);
        HaveAllEnded(lock, kCutTimeout);
      }
    }

    const WriterLock lock(services_mutex);
    services = &none;
  }

  // Waits for the threads, at most so long. Returns whether all have ended.
  bool HaveAllEnded(MutexLock& lock, std::chrono::milliseconds time) REQUIRES(mutex) {
    const Deadline deadline = In(time);
    while (threads != 0 && !ended.WaitUntil(lock, deadline)) {
    }
    return threads == 0;
  }

  // Runs work on a new thread; Stop waits for it.
  void Begin(std::function<void()> work) {
    {
      const MutexLock lock(mutex);
      ++threads;
    }
    std::thread([self = shared_from_this(), work = std::move(work)] {
      work();
      const MutexLock lock(self->mutex);
      --self->threads;
      self->ended.NotifyAll();
    }).detach();
  }

  TunnelOptions options;
  SharedMutex services_mutex;
  RunningServices none{std::span<const AgentServiceRow>()};
  RunningServices* services GUARDED_BY(services_mutex) = &none;  // `none` before Serve and after Stop
  UniqueFd wake;
  UniqueFd ending;   // readable after the beginning of Stop
  UniqueFd cutting;  // readable when all connections must end
  std::atomic<bool> stopping = false;
  std::unique_ptr<GrpcStream> call;  // only the thread that serves the call uses it

  Mutex mutex;
  std::shared_ptr<const RpcOptions> connection GUARDED_BY(mutex);
  std::vector<std::string> user_authority_keys GUARDED_BY(mutex);
  std::deque<std::string> queue GUARDED_BY(mutex);
  std::deque<v1::AgentMessage> events GUARDED_BY(mutex);  // events that the auth service has not confirmed
  std::uint64_t last_event GUARDED_BY(mutex) = 0;         // the number of the newest event
  std::uint64_t sent_event GUARDED_BY(mutex) = 0;         // the number of the newest event sent on this call
  std::map<std::string, std::string> announcements GUARDED_BY(mutex);  // the last announcement of each name
  int threads GUARDED_BY(mutex) = 0;
  ConditionVariable ended;

  // Waits for Wake or the timeout.
  void Sleep(std::chrono::milliseconds time) const {
    pollfd wait{wake.get(), POLLIN, 0};
    std::ignore = ::poll(&wait, 1, static_cast<int>(time.count()));
    Drain();
  }
  void Drain() const {
    std::uint64_t drained = 0;
    std::ignore = ::read(wake.get(), &drained, sizeof drained);
  }
  void Wake() const { Signal(wake); }
  void Queue(const v1::AgentMessage& message) {
    {
      const MutexLock lock(mutex);
      queue.push_back(message.SerializeAsString());
    }
    Wake();
  }
  static void Signal(const UniqueFd& event) {
    const std::uint64_t one = 1;
    std::ignore = ::write(event.get(), &one, sizeof one);
  }
  std::shared_ptr<const RpcOptions> Connection() {
    const MutexLock lock(mutex);
    return connection;
  }
  Status OpenCall();
  Status AwaitWelcome();
  void Welcome(const v1::Welcome& welcome);
  void Run();
  Status Work();
  void SendQueued();
  void Forget(std::uint64_t number);
  void Take(const v1::ProxyMessage& message);
  void Connect(const v1::Dial& message);
  Result<RunningServices::Connection> DialService(const v1::Dial& message);
  Status Serve(const v1::Dial& message);
  Status Carry(const v1::Dial& message, const RunningServices::Connection& dialled, SshTraffic& traffic);
  void SayGoodbye();
};

Status TunnelClient::State::OpenCall() {
  ASSIGN_OR_RETURN(call, OpenGrpcStream(*Connection(), std::string(kControl)));
  v1::AgentMessage message;
  auto& hello = *message.mutable_hello();
  hello.set_version(std::string(kWireVersion));
  hello.set_hostname(options.hostname);
  for (const auto& service : options.services) hello.add_services(service);
  call->Send(message.SerializeAsString());
  const Status welcomed = AwaitWelcome();
  if (!welcomed && call->ended()) return std::unexpected(ErrorOfGrpcStatus(*call->ended(), "the proxy"));
  return welcomed;
}

Status TunnelClient::State::AwaitWelcome() {
  const Deadline deadline = In(kWelcomeTimeout);
  while (true) {
    RETURN_IF_ERROR(call->Step());
    ASSIGN_OR_RETURN(const auto bytes, call->Next());
    v1::ProxyMessage message;
    if (bytes && message.ParseFromString(*bytes) && message.has_welcome()) {
      Welcome(message.welcome());
      return {};
    }
    if (bytes || call->ended())
      return Fail(ErrorKind::kConnectionProblem, "the proxy did not accept this agent's hello");
    if (!WaitFor(call->fd(), call->events(), deadline)) return std::unexpected(AnswersTooLate("the proxy"));
  }
}

void TunnelClient::State::Welcome(const v1::Welcome& welcome) {
  std::vector<std::string> keys(welcome.user_ssh_keys().begin(), welcome.user_ssh_keys().end());
  {
    const MutexLock lock(mutex);
    if (keys == user_authority_keys) return;
    user_authority_keys = std::move(keys);
  }
  const ReaderLock lock(services_mutex);
  services->UserAuthoritiesChanged();
}

void TunnelClient::State::SendQueued() {
  const MutexLock lock(mutex);
  while (!queue.empty() && call->HasRoom()) {
    call->Send(queue.front());
    queue.pop_front();
  }
  for (const v1::AgentMessage& event : events) {
    if (event.event().number() <= sent_event) continue;
    if (!call->HasRoom()) return;
    call->Send(event.SerializeAsString());
    sent_event = event.event().number();
  }
}

// The auth service has stored the events up to this one.
void TunnelClient::State::Forget(std::uint64_t number) {
  const MutexLock lock(mutex);
  while (!events.empty() && events.front().event().number() <= number) events.pop_front();
}

// Serves the open call until it breaks.
Status TunnelClient::State::Work() {
  {
    const MutexLock lock(mutex);
    for (const auto& [name, message] : announcements) call->Send(message);
    sent_event = 0;  // events sent on an earlier call may not have arrived
  }

  while (!stopping) {
    SendQueued();
    RETURN_IF_ERROR(call->Step());
    while (true) {
      ASSIGN_OR_RETURN(const auto bytes, call->Next());
      if (!bytes) break;
      v1::ProxyMessage message;
      if (message.ParseFromString(*bytes)) Take(message);
    }
    if (call->ended()) return std::unexpected(ErrorOfGrpcStatus(*call->ended(), "the proxy"));

    pollfd waits[] = {{call->fd(), call->events(), 0}, {wake.get(), POLLIN, 0}};
    std::ignore = ::poll(waits, 2, -1);
    Drain();
  }
  return {};
}

void TunnelClient::State::Run() {
  std::chrono::milliseconds pause = kFirstPause;
  while (!stopping) {
    const Status worked = call ? Work() : Status();
    if (stopping) break;
    if (!worked) Log(LogLevel::kWarning, "the connection to the proxy broke", {{"reason", worked.error().message}});
    if (call) pause = kFirstPause;
    // Another process has this host's identity. Waits before reconnecting, so that the two do not evict each other in
    // turns.
    if (!worked && worked.error().kind == ErrorKind::kAlreadyExists) pause = kLongestPause;
    call.reset();

    // Spreads the reconnects of many agents that lost one proxy. Messages to send wake this thread too, and can wait.
    const Deadline again = In(Jittered(pause / 2, 2.0));
    while (!stopping && std::chrono::steady_clock::now() < again) {
      Sleep(std::chrono::ceil<std::chrono::milliseconds>(again - std::chrono::steady_clock::now()));
    }
    if (stopping) break;

    const Status opened = OpenCall();
    if (opened) {
      Log(LogLevel::kInfo, "connected to the proxy again");
      continue;
    }
    call.reset();
    pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
    Log(LogLevel::kWarning, "cannot reach the proxy", {{"reason", opened.error().message}});
  }

  if (call) SayGoodbye();
}

void TunnelClient::State::SayGoodbye() {
  SendQueued();
  v1::AgentMessage message;
  message.mutable_goodbye();
  call->Send(message.SerializeAsString());
  call->EndSending();
  const Deadline deadline = In(kGoodbyeTimeout);
  while (!call->ended() && call->Step() && WaitFor(call->fd(), call->events(), deadline)) {
  }
}

void TunnelClient::State::Take(const v1::ProxyMessage& message) {
  if (message.has_end()) {
    const ReaderLock lock(services_mutex);
    services->End(message.end().id(), message.end().reason());
  }
  if (message.has_ping()) {
    v1::AgentMessage answer;
    *answer.mutable_pong() = message.ping();
    Queue(answer);
  }
  if (message.has_kept()) Forget(message.kept().number());
  if (message.has_refused()) {
    Log(LogLevel::kError, "the cluster refused an announcement of this agent",
        {{"what", message.refused().what()}, {"reason", message.refused().reason()}});
  }
  if (message.has_dial()) Begin([this, dial = message.dial()] { Connect(dial); });
}

void TunnelClient::State::Connect(const v1::Dial& message) {
  if (const Status served = Serve(message); !served) {
    v1::AgentMessage failed;
    failed.mutable_failed()->set_id(message.id());
    failed.mutable_failed()->set_code(RowOf(served.error().kind).grpc_code);
    failed.mutable_failed()->set_message(served.error().message);
    Queue(failed);
  }
}

Result<RunningServices::Connection> TunnelClient::State::DialService(const v1::Dial& message) {
  const ReaderLock lock(services_mutex);
  return services->Dial(message);
}

Status TunnelClient::State::Serve(const v1::Dial& message) {
  ASSIGN_OR_RETURN(const auto dialled, DialService(message));
  SshTraffic traffic;
  const Status carried = Carry(message, dialled, traffic);
  // The agent keeps its own descriptor, so closing this one does not end the connection.
  ::shutdown(dialled.socket.get(), SHUT_RDWR);
  const ReaderLock lock(services_mutex);
  services->Carried(message, traffic);
  return carried;
}

Status TunnelClient::State::Carry(const v1::Dial& message, const RunningServices::Connection& dialled,
                                  SshTraffic& traffic) {
  ASSIGN_OR_RETURN(const auto bytes, OpenGrpcStream(*Connection(), std::string(kConnect)));
  v1::TunnelBytes first;
  first.set_id(message.id());
  bytes->Send(first.SerializeAsString());
  // Some services end their connections with a message to the users; the others end here.
  const int end = dialled.ends_itself ? cutting.get() : ending.get();
  if (const Status relayed = Relay(*bytes, dialled.socket.get(), end, traffic); !relayed) {
    Log(LogLevel::kDebug, "a connection broke", {{"connection", message.id()}, {"reason", relayed.error().message}});
  }
  return {};
}

TunnelClient::TunnelClient(std::shared_ptr<State> state) : state_(std::move(state)) {}
TunnelClient::~TunnelClient() { state_->Stop(); }

Result<std::unique_ptr<TunnelClient>> TunnelClient::Open(const HostIdentity& identity, TunnelOptions options) {
  auto state = std::make_shared<State>();
  state->options = std::move(options);
  std::unique_ptr<TunnelClient> client(new TunnelClient(std::move(state)));
  RETURN_IF_ERROR(client->Use(identity));
  RETURN_IF_ERROR(client->state_->OpenCall());
  return client;
}

Status TunnelClient::Use(const HostIdentity& identity) {
  const TunnelOptions& options = state_->options;
  RpcOptions connection;
  connection.address = options.address;
  connection.through_proxy = options.through_proxy;
  connection.cluster = identity.cluster;
  for (const auto& authority : identity.credentials.tls_authorities) connection.authorities_pem += authority;
  ASSIGN_OR_RETURN(connection.certificate, Certificate::FromPem(identity.credentials.tls_certificate));
  connection.key_pem = identity.credentials.private_key.Clone();
  connection.program = "teleport";
  connection.network = options.network;

  const MutexLock lock(state_->mutex);
  state_->connection = std::make_shared<const RpcOptions>(std::move(connection));
  return {};
}

std::vector<std::string> TunnelClient::UserAuthorityKeys() const {
  const MutexLock lock(state_->mutex);
  return state_->user_authority_keys;
}

std::shared_ptr<const RpcOptions> TunnelClient::connection() const { return state_->Connection(); }

void TunnelClient::Serve(RunningServices& services) {
  {
    const WriterLock lock(state_->services_mutex);
    state_->services = &services;
  }
  state_->Begin([state = state_.get()] { state->Run(); });
}

void TunnelClient::Stop() { state_->Stop(); }

void TunnelClient::Announce(const v1::AgentMessage& announcement) {
  // The kind is the field that is set: "node".
  const std::string& name = announcement.GetDescriptor()->FindFieldByNumber(announcement.message_case())->name();
  const std::string message = announcement.SerializeAsString();
  {
    const MutexLock lock(state_->mutex);
    state_->announcements[name] = message;
    state_->queue.push_back(message);
  }
  state_->Wake();
}

Status TunnelClient::Send(const v1::AgentMessage& message) {
  {
    const MutexLock lock(state_->mutex);
    if (state_->queue.size() + state_->events.size() >= kMaxQueued) {
      return Fail(ErrorKind::kLimitExceeded, "too many messages wait for the connection to the proxy");
    }
    if (message.has_event()) {
      state_->events.push_back(message);
      state_->events.back().mutable_event()->set_number(++state_->last_event);
    } else {
      state_->queue.push_back(message.SerializeAsString());
    }
  }

  state_->Wake();
  return {};
}

}  // namespace sallyport
