#include "libcluster/proxy/auth_tunnel.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <optional>

#include "libbase/log.h"
#include "libcluster/net/await_callback.h"
#include "libcluster/net/caller_account.h"
#include "libcluster/net/copy.h"
#include "libcluster/net/fair_pool.h"
#include "libcluster/net/operation_deadline.h"
#include "libcluster/net/source.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/tls_state.h"
#include "libcluster/net/unknown_connections.h"
#include "libcluster/proxy/tunnel_request.h"
#include "libcluster/ssh_server/ssh_server_connection.h"

namespace sallyport {

using std::chrono::steady_clock;

struct AuthTunnel::State {
  State(EventLoop& loop_in, ThreadPool& threads, AuthTunnelOptions options_in)
      : loop(loop_in),
        options(std::move(options_in)),
        identification(threads, {.running = 4, .waiting = unknown.connections}) {
    const Budget& known_row = BudgetOf(Endpoint::kSshTunnel, CallerState::kKnown);
    ssh.host_key = options.host_key;
    ssh.host_certificate = options.host_certificate;
    ssh.channels = {known_row.streams, kWindowBytes, kPacketBytes};
    ssh.logins = kLogins;
    ssh.key_bytes = kKeyBytes;
  }

  static constexpr std::uint32_t kWindowBytes = 128 * 1024;
  static constexpr std::uint32_t kPacketBytes = 32 * 1024;
  static constexpr int kLogins = 10;  // a client asks once and signs once for each certificate
  static constexpr std::uint64_t kKeyBytes = 1ULL << 30;

  EventLoop& loop;
  const AuthTunnelOptions options;
  SshServerOptions ssh;
  const Budget& unknown = BudgetOf(Endpoint::kSshTunnel, CallerState::kUnknown);
  const Budget& known = BudgetOf(Endpoint::kSshTunnel, CallerState::kKnown);
  FairPool identification;  // certificates of new connections, by source
  UnknownConnections unknown_connections{unknown};
  SourceSlots known_connections{known.connections_of_one, 0};
  CallerAccounts accounts{Endpoint::kSshTunnel};
};

namespace {

using boost::system::error_code;

constexpr std::chrono::seconds kTunnelCheck{2};     // of the caller's rights, and of channels without a destination
constexpr std::chrono::seconds kAliveInterval{60};  // without a byte of the client
constexpr int kMaxUnanswered = 3;
constexpr std::chrono::milliseconds kFullPause{100};
constexpr std::string_view kSessionChannel = "session";

// Waits until another coroutine of the strand calls Wake.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor) : timer_(executor) {}
  void Wake() { timer_.cancel(); }
  asio::awaitable<void> Wait() {
    timer_.expires_at(steady_clock::time_point::max());
    error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  asio::awaitable<void> WaitFor(steady_clock::duration time) {
    timer_.expires_after(time);
    error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

 private:
  asio::steady_timer timer_;
};

// A channel of a client, and its connection to the auth service.
struct TunnelChannel {
  TunnelChannel(const asio::any_io_executor& executor, std::uint32_t number_in)
      : number(number_in), input(executor), window(executor) {}
  const std::uint32_t number;
  const steady_clock::time_point opened = steady_clock::now();
  std::optional<SocketStream> inner;
  std::string to_inner;  // at most a window
  bool ended = false;    // the client sends nothing more
  bool closed = false;
  Signal input;   // bytes to_inner, or the end
  Signal window;  // bytes may be sent to the client
};
using TunnelChannelPtr = std::shared_ptr<TunnelChannel>;

// One connection. Everything runs on its strand.
class TunnelConnection : public std::enable_shared_from_this<TunnelConnection>, private SshChannelEvents {
 public:
  TunnelConnection(std::shared_ptr<AuthTunnel::State> state, IncomingConnection connection, bool is_inner)
      : state_(std::move(state)),
        strand_(asio::make_strand(ContextOf(state_->loop))),
        remote_address_(std::move(connection.remote_address)),
        stream_(MakeSocketStream(strand_, std::move(connection.socket)),
                (is_inner ? state_->options.inner_tls : state_->options.tls)->state().context),
        ssh_(state_->ssh, *this),
        output_(strand_),
        room_(strand_),
        timer_(strand_) {}
  ~TunnelConnection() override {
    if (account_) account_->Remove(accounted_);
  }

  void Start() { Run(&TunnelConnection::Serve); }

 private:
  // Runs a part of the connection beside the others, which all end soon after CloseSocket.
  void Run(asio::awaitable<void> (TunnelConnection::*part)()) {
    asio::co_spawn(
        strand_, [self = shared_from_this(), part]() -> asio::awaitable<void> { co_await (*self.*part)(); },
        asio::detached);
  }

  asio::awaitable<void> Serve() {
    const std::string source = SourceOf(remote_address_);
    auto& socket = beast::get_lowest_layer(stream_);
    place_ = state_->unknown_connections.Enter(source, socket.socket().native_handle());
    account_ = state_->accounts.Of(CallerState::kUnknown, source);
    {
      const OperationDeadline deadline(strand_, state_->unknown.handshake_time, [this] { CloseSocket(); });
      co_await LogIn(source);
    }

    if (!ssh_.admitted()) {
      CloseSocket();
      co_return;
    }
    Run(&TunnelConnection::WriteAll);
    Run(&TunnelConnection::Watch);
    co_await ReadAll();
  }

  // Logs.

  void LogEnd(std::string_view message, std::string_view reason) const {
    Log(LogLevel::kDebug, std::string(message), {{"peer", remote_address_}, {"reason", std::string(reason)}});
  }

  // The login.

  asio::awaitable<void> LogIn(const std::string& source) {
    error_code error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      LogEnd("TLS handshake failed", error.message());
      co_return;
    }
    AcknowledgeHandshake(stream_);

    Status going;
    while (going && !ssh_.admitted()) {
      if (!co_await WriteQueued()) co_return;
      if (ssh_.login() != nullptr) {
        going = co_await Decide(source);
      } else {
        going = co_await ReadOnce();
      }
    }
    if (!going) LogEnd("SSH connection ended", going.error().message);
    co_await WriteQueued();
  }

  // Lets a client in whose certificate is good; says why another is refused.
  asio::awaitable<Status> Decide(const std::string& source) {
    using Answer = std::shared_ptr<const Result<std::shared_ptr<const Caller>>>;
    const auto start = [self = shared_from_this(), login = *ssh_.login(), &source](auto done) {
      const bool taken = self->state_->identification.Submit(source, [self, login, done] {
        using Decision = Result<std::shared_ptr<const Caller>>;
        done(std::make_shared<const Decision>(
            self->state_->options.authenticate(login.certificate, login.user, self->remote_address_)));
      });
      if (!taken) done(nullptr);
    };
    const Answer decided = co_await AwaitCallback<Answer>(start);
    if (decided == nullptr) co_return Fail(ErrorKind::kLimitExceeded, "too many certificates wait for a decision");

    const auto& caller = *decided;
    if (!caller) {
      Log(LogLevel::kInfo, "SSH login refused", {{"peer", remote_address_}, {"reason", caller.error().message}});
      ssh_.Disconnect(SshDisconnectReason::kNoMoreAuthMethods, caller.error().message);
      co_return std::unexpected(caller.error());
    }
    caller_ = *caller;
    const std::string& user = caller_->identity.username;
    slot_ = state_->known_connections.Take(user);
    if (!slot_) {
      Log(LogLevel::kWarning, "connection refused: the caller has too many connections",
          {{"caller", user}, {"peer", remote_address_}});
      ssh_.Disconnect(SshDisconnectReason::kByApplication, "too many connections of this user are open");
      co_return Fail(ErrorKind::kLimitExceeded, "the caller has too many connections");
    }
    place_.Release();
    account_->Remove(std::exchange(accounted_, 0));
    account_ = state_->accounts.Of(CallerState::kKnown, user);
    co_return ssh_.Admit();
  }

  // Input.

  asio::awaitable<Status> ReadOnce() {
    std::array<char, kTunnelBytes> buffer;
    error_code error;
    const std::size_t count =
        co_await stream_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      broken_ = true;
      co_return Fail(ErrorKind::kConnectionProblem, "{}", error.message());
    }
    heard_ = steady_clock::now();
    Status received = ssh_.Receive({buffer.data(), count});
    Count();
    co_return received;
  }

  asio::awaitable<void> ReadAll() {
    Status received;
    while (received && !broken_ && !ending_) {
      while (!HasRoom() && !broken_) co_await room_.WaitFor(kFullPause);
      received = co_await ReadOnce();
      output_.Wake();
    }
    if (!received) LogEnd("SSH connection ended", received.error().message);
    if (broken_) {
      CloseSocket();
    } else {
      EndSoon();
    }
  }

  // Ends the connection when the client has taken the output.
  void EndSoon() {
    ending_ = true;
    output_.Wake();
  }

  // Returns whether more bytes of either side may be taken.
  bool HasRoom() const {
    return ssh_.queued() < state_->known.queued_bytes_of_one &&
           !(account_->IsFull() && accounted_ > AuthTunnel::State::kPacketBytes);
  }

  // Counts the bytes that are kept for this connection.
  void Count() {
    std::size_t kept = ssh_.kept();
    for (const auto& [number, channel] : channels_) kept += channel->to_inner.size();
    account_->Add(kept);
    account_->Remove(std::exchange(accounted_, kept));
    if (account_->IsBroken()) {
      LogEnd("SSH connection ended", "the caller keeps too many bytes");
      CloseSocket();
    }
  }

  // Output.

  // Returns whether the client has taken the whole output.
  asio::awaitable<bool> WriteQueued() {
    while (!broken_ && ssh_.queued() > 0) {
      const std::string bytes = ssh_.TakeOutput(kTunnelBytes);
      if (bytes.empty()) break;  // the rest waits for new keys
      const OperationDeadline deadline(strand_, state_->known.message_time, [this] { CloseSocket(); });
      error_code error;
      co_await asio::async_write(stream_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
      broken_ = broken_ || error;
      Count();
      room_.Wake();
      for (const auto& [number, channel] : channels_) channel->window.Wake();
    }
    co_return !broken_;
  }

  asio::awaitable<void> WriteAll() {
    bool open = co_await WriteQueued();
    while (open && !ending_) {
      co_await output_.Wait();
      open = co_await WriteQueued();
    }
    CloseSocket();
  }

  // Rights and signs of life.

  asio::awaitable<void> Watch() {
    while (!ending_ && !broken_) {
      co_await timer_.WaitFor(kTunnelCheck);
      if (const Status allowed = state_->options.still_allowed(*caller_); !allowed) {
        EndWith(allowed.error().message);
      } else if (ssh_.channels().unanswered() >= kMaxUnanswered) {
        EndWith("the client gives no sign of life");
      }
      AskForLife();
      CloseIdleChannels();
    }
  }

  void EndWith(const std::string& reason) {
    Log(LogLevel::kInfo, "SSH connection ended", {{"peer", remote_address_}, {"reason", reason}});
    ssh_.Disconnect(SshDisconnectReason::kByApplication, reason);
    EndSoon();
  }

  void AskForLife() {
    const auto silent = steady_clock::now() - heard_;
    if (silent < kAliveInterval * (ssh_.channels().unanswered() + 1)) return;
    ssh_.channels().AskAlive();
    output_.Wake();
  }

  // A channel without a destination keeps its place for a while only.
  void CloseIdleChannels() {
    for (const auto& [number, channel] : channels_) {
      if (channel->inner || steady_clock::now() - channel->opened < state_->known.message_time) continue;
      ssh_.channels().Close(number);
      output_.Wake();
    }
  }

  // Channels.

  Status OnOpen(std::uint32_t number, std::string_view type) override {
    if (type == kSessionChannel) {
      return Fail(ErrorKind::kAccessDenied, "this port has no sessions: is it the right one?");
    }
    if (type == kAgentChannel) {
      return Fail(ErrorKind::kNotImplemented, "reverse tunnels of agents by SSH are not implemented");
    }
    if (type != kTunnelChannel) return Fail(ErrorKind::kNotFound, "this type of channel is not known here");
    channels_.emplace(number, std::make_shared<TunnelChannel>(strand_, number));
    return {};
  }

  void OnRequest(std::uint32_t number, std::string_view type, std::string_view data) override {
    const TunnelChannelPtr channel = channels_.at(number);
    if (channel->inner) return ssh_.channels().Answer(number, false);  // nothing else is served
    const Status dialled = Dial(*channel, type, data);
    if (!dialled) {
      ssh_.channels().SendError(number, dialled.error().message);
      ssh_.channels().Answer(number, false);
      return ssh_.channels().Close(number);
    }
    ssh_.channels().Answer(number, true);
    Spawn(channel, &TunnelConnection::ToInner);
    Spawn(channel, &TunnelConnection::FromInner);
  }

  Status Dial(TunnelChannel& channel, std::string_view type, std::string_view data) {
    if (type != kTunnelDial) return Fail(ErrorKind::kBadParameter, "connection rejected: the request is not known");
    if (AddressOfTunnelRequest(data) != kTunnelAuthAddress) {
      return Fail(ErrorKind::kAccessDenied, "connection rejected: only the auth service is reached by this tunnel");
    }
    ASSIGN_OR_RETURN(UniqueFd socket, state_->options.dial_auth(remote_address_));
    channel.inner.emplace(MakeSocketStream(strand_, std::move(socket)));
    return {};
  }

  void OnData(std::uint32_t number, std::string_view bytes) override {
    TunnelChannel& channel = *channels_.at(number);
    channel.to_inner += bytes;
    channel.input.Wake();
  }
  void OnEnd(std::uint32_t number) override {
    TunnelChannel& channel = *channels_.at(number);
    channel.ended = true;
    channel.input.Wake();
  }
  void OnWindow(std::uint32_t number) override { channels_.at(number)->window.Wake(); }
  void OnClose(std::uint32_t number) override {
    const auto found = channels_.extract(number);
    CloseChannel(*found.mapped());
  }

  static void CloseChannel(TunnelChannel& channel) {
    channel.closed = true;
    if (channel.inner) channel.inner->close();
    channel.input.Wake();
    channel.window.Wake();
  }

  void Spawn(const TunnelChannelPtr& channel, asio::awaitable<void> (TunnelConnection::*part)(TunnelChannel& channel)) {
    asio::co_spawn(
        strand_,
        [self = shared_from_this(), channel, part]() -> asio::awaitable<void> { co_await (*self.*part)(*channel); },
        asio::detached);
  }

  // Passes the client's bytes on to the auth service.
  asio::awaitable<void> ToInner(TunnelChannel& channel) {
    error_code error;
    while (!channel.closed && !error) {
      if (channel.to_inner.empty()) {
        if (channel.ended) break;
        co_await channel.input.Wait();
        continue;
      }
      const std::string bytes = std::exchange(channel.to_inner, {});
      co_await asio::async_write(*channel.inner, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
      ssh_.channels().Consume(channel.number, bytes.size());
      Count();
      output_.Wake();
    }
    if (!channel.closed) channel.inner->socket().shutdown(asio::socket_base::shutdown_send, error);
  }

  // Passes the bytes of the auth service on to the client.
  asio::awaitable<void> FromInner(TunnelChannel& channel) {
    std::array<char, kTunnelBytes> buffer;
    error_code error;
    while (!channel.closed) {
      const std::size_t count = co_await channel.inner->async_read_some(
          asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
      co_await SendAll(channel, {buffer.data(), count});
    }
    ssh_.channels().Close(channel.number);
    CloseChannel(channel);
    output_.Wake();
  }

  asio::awaitable<void> SendAll(TunnelChannel& channel, std::string_view bytes) {
    while (!bytes.empty() && !channel.closed) {
      const std::size_t count = HasRoom() ? std::min(bytes.size(), ssh_.Sendable(channel.number)) : 0;
      if (count == 0) {
        if (HasRoom()) {
          co_await channel.window.Wait();
        } else {
          co_await channel.window.WaitFor(kFullPause);
        }
        continue;
      }
      ssh_.channels().Send(channel.number, bytes.substr(0, count));
      bytes.remove_prefix(count);
      Count();
      output_.Wake();
    }
  }

  void CloseSocket() {
    broken_ = true;
    beast::get_lowest_layer(stream_).close();
    for (const auto& [number, channel] : channels_) CloseChannel(*channel);
    for (auto* signal : {&output_, &room_, &timer_}) signal->Wake();
  }

  const std::shared_ptr<AuthTunnel::State> state_;
  const asio::any_io_executor strand_;
  const std::string remote_address_;
  ServerTlsStream stream_;
  SshServerConnection ssh_;
  std::shared_ptr<const Caller> caller_;
  UnknownConnections::Place place_;  // while the caller is unknown
  SourceSlots::Slot slot_;           // of a known caller
  std::shared_ptr<CallerAccount> account_;
  std::size_t accounted_ = 0;
  std::map<std::uint32_t, TunnelChannelPtr> channels_;
  Signal output_;  // there is output
  Signal room_;    // there is less output
  Signal timer_;
  steady_clock::time_point heard_ = steady_clock::now();
  bool ending_ = false;  // after the rest of the output
  bool broken_ = false;
};

}  // namespace

AuthTunnel::AuthTunnel(EventLoop& loop, ThreadPool& threads, AuthTunnelOptions options)
    : state_(std::make_shared<State>(loop, threads, std::move(options))) {}

AuthTunnel::~AuthTunnel() { state_->identification.Stop(); }

void AuthTunnel::HandleConnection(IncomingConnection connection, bool is_inner) {
  std::make_shared<TunnelConnection>(state_, std::move(connection), is_inner)->Start();
}

}  // namespace sallyport
