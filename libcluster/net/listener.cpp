#include "libcluster/net/listener.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include "libbase/log.h"
#include "libbase/socket.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/operation_deadline.h"
#include "libcluster/net/source.h"
#include "libcluster/net/steering.h"
#include "libcluster/net/stream.h"

namespace sallyport {

using asio::ip::tcp;

struct Listener::State {
  explicit State(asio::io_context& context_in)
      : context(context_in), strand(asio::make_strand(context_in)), known(strand), acceptor(strand), steer(strand) {}
  asio::io_context& context;
  asio::strand<asio::io_context::executor_type> strand;
  tcp::acceptor known;     // for known sources; closed until Steer has worked
  tcp::acceptor acceptor;  // for all others
  asio::steady_timer steer;
  std::vector<std::string> steered;  // the sources of `known`
  bool steer_soon = false;           // the gate's known sources have changed
  std::string address;
  ConnectionHandler handler;
  ConnectionGate* gate = nullptr;
  UnknownConnections waiting{BudgetOf(Endpoint::kHello, CallerState::kUnknown)};  // connections before the hello
};

namespace {

constexpr std::chrono::milliseconds kHelloPause{5};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kAcceptComplaintPause{10};
constexpr int kAcceptsAtOnce = 64;  // afterwards the open connections run
// After so many refusals strangers are flooding the port, and known sources wait in another queue.
constexpr int kRefusalsOfFlood = kAcceptsAtOnce / 2;
constexpr std::chrono::milliseconds kFloodPause{10};
constexpr std::chrono::milliseconds kSteerDelay{100};
constexpr std::chrono::seconds kSteerInterval{60};  // known sources may expire in that time

const Budget& HelloBudget() { return BudgetOf(Endpoint::kHello, CallerState::kUnknown); }

std::string ToText(const tcp::endpoint& endpoint) {
  return FormatHostPort({endpoint.address().to_string(), endpoint.port()});
}

bool HasHungUp(int socket) {
  pollfd look{socket, POLLRDHUP, 0};
  return ::poll(&look, 1, 0) > 0;
}

// Peeks until the whole hello has arrived. The low-water mark prevents wake-ups for bytes already seen; Unix sockets
// have none, and are polled a little later.
asio::awaitable<Result<ClientHello>> PeekHello(asio::generic::stream_protocol::socket& socket) {
  std::string buffer;  // allocated only for a client that sends bytes
  std::size_t wanted = 1;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  const auto give_up = std::chrono::steady_clock::now() + HelloBudget().hello_time;
  while (true) {
    const int low_water = static_cast<int>(wanted);
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
    boost::system::error_code error;
    co_await socket.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Fail(ErrorKind::kConnectionProblem, "the client sent no TLS hello in time");

    buffer.resize(kMaxClientHelloBytes);
    const ssize_t count = ::recv(socket.native_handle(), buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
    const bool is_part = count > 0 && static_cast<std::size_t>(count) < wanted;
    if (is_part && !HasHungUp(socket.native_handle()) && std::chrono::steady_clock::now() < give_up) {
      pause.expires_after(kHelloPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (count == 0 || is_part) {
      co_return Fail(ErrorKind::kConnectionProblem, "the client closed the connection before its TLS hello");
    }
    if (count < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      co_return Fail(ErrorKind::kConnectionProblem, "the client's connection broke before its TLS hello");
    }

    auto parsed = ParseClientHello(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
    if (!parsed) co_return std::unexpected(std::move(parsed).error());
    if (parsed->needed_bytes == 0) co_return std::move(parsed->hello);
    wanted = parsed->needed_bytes;
  }
}

asio::awaitable<void> ReadHelloAndRoute(UniqueFd fd, std::string remote_address, ConnectionHandler handler,
                                        UnknownConnections::Place waiting) {
  const auto executor = co_await asio::this_coro::executor;
  const int native = fd.get();
  SocketStream stream = MakeSocketStream(executor, std::move(fd));
  UnknownConnections::Place place = std::move(waiting);  // destroyed before the stream
  Result<ClientHello> hello;
  {
    const std::function<void()> cancel = [&stream] { stream.socket().cancel(); };
    const OperationDeadline deadline(executor, HelloBudget().hello_time, cancel);
    hello = co_await PeekHello(stream.socket());
  }

  if (!hello) {
    Log(LogLevel::kDebug, "connection dropped", {{"peer", remote_address}, {"reason", hello.error().message}});
    co_return;
  }
  place.Release();
  const int low_water = 1;
  ::setsockopt(native, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
  handler({UniqueFd(stream.socket().release()), std::move(remote_address), std::move(*hello)});
}

// Resets a connection, so that no state of it stays in the kernel.
void Reset(UniqueFd socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// Returns whether the connection was admitted.
bool Admit(Listener::State& state, UniqueFd socket, const tcp::endpoint& peer) {
  std::string address = ToText(peer);
  const std::string source = SourceOf(address);
  if (!state.gate->Admit(source, Now())) {
    Reset(std::move(socket));
    return false;
  }

  SetUpConnection(socket.get());
  UnknownConnections::Place place = state.waiting.Enter(source, socket.get());
  asio::co_spawn(asio::make_strand(state.context),
                 ReadHelloAndRoute(std::move(socket), std::move(address), state.handler, std::move(place)),
                 asio::detached);
  return true;
}

struct Accepted {
  int refused = 0;
  int failure = 0;  // the errno that prevents all accepts
};

// Accepts the connections that wait, up to kAcceptsAtOnce. A refusal is a handful of system calls and never touches the
// event loop: it is how long the others wait in the queue.
Accepted AcceptWaiting(Listener::State& state, tcp::acceptor& acceptor) {
  Accepted accepted;
  for (int count = 0; count < kAcceptsAtOnce; ++count) {
    tcp::endpoint peer;
    socklen_t size = static_cast<socklen_t>(peer.capacity());
    UniqueFd socket(::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.valid()) {
      peer.resize(size);
      if (!Admit(state, std::move(socket), peer)) ++accepted.refused;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      accepted.failure = errno;
      break;
    }  // otherwise the client has left: accepts the next one
  }
  return accepted;
}

asio::awaitable<void> AcceptLoop(std::shared_ptr<Listener::State> state, tcp::acceptor& acceptor) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  std::chrono::steady_clock::time_point complain_again;
  while (true) {
    boost::system::error_code error;
    co_await acceptor.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (error || !acceptor.is_open()) co_return;
    const auto [refused, failure] = AcceptWaiting(*state, acceptor);
    if (&acceptor == &state->acceptor && state->known.is_open() && refused >= kRefusalsOfFlood) {
      pause.expires_after(kFloodPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    if (failure == 0) continue;

    // Out of descriptors or memory: waits until some are free. Logs this rarely.
    const auto now = std::chrono::steady_clock::now();
    if (now >= complain_again) {
      Log(LogLevel::kWarning, "cannot accept connections", {{"reason", std::generic_category().message(failure)}});
      complain_again = now + kAcceptComplaintPause;
    }
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

// Updates the program of the two sockets with the gate's known sources.
asio::awaitable<void> SteerLoop(std::shared_ptr<Listener::State> state) {
  while (state->known.is_open()) {
    std::vector<std::string> sources = state->gate->KnownSources(Now());
    if (sources != state->steered && Steer(state->known.native_handle(), sources)) state->steered = std::move(sources);
    boost::system::error_code ignored;
    state->steer.expires_after(kSteerInterval);
    if (!state->steer_soon) co_await state->steer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!state->steer_soon) continue;

    state->steer.expires_after(kSteerDelay);
    co_await state->steer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    state->steer_soon = false;
  }
}

// Makes SteerLoop run again soon, once for all sources that become known meanwhile.
void SteerSoon(const std::weak_ptr<Listener::State>& weak) {
  const auto state = weak.lock();
  if (!state) return;
  asio::post(state->strand, [state] {
    if (!std::exchange(state->steer_soon, true)) state->steer.cancel();
  });
}

// Opens the queue for known sources at the address of the other. The first socket has bound its port exclusively, so a
// second process fails there. On failure all connections wait in one queue.
void BindKnown(Listener::State& state) {
  const tcp::endpoint endpoint = state.acceptor.local_endpoint();
  const int on = 1;
  boost::system::error_code error;
  state.known.open(endpoint.protocol(), error);
  for (auto* acceptor : {&state.known, &state.acceptor}) {
    ::setsockopt(acceptor->native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  if (!error) state.known.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) state.known.bind(endpoint, error);
  // The first socket that listens gets the number 0 in the group.
  if (!error) state.known.listen(asio::socket_base::max_listen_connections, error);
  if (!error) state.known.native_non_blocking(true, error);
  if (!error && Steer(state.known.native_handle(), {})) return;

  Log(LogLevel::kInfo, "connections of known and unknown sources wait in the same queue",
      {{"reason", error ? error.message() : std::generic_category().message(errno)}});
  state.known.close(error);
  const int off = 0;
  ::setsockopt(state.acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &off, sizeof off);
}

Status Bind(Listener::State& state, const HostPort& address) {
  tcp::acceptor& acceptor = state.acceptor;
  boost::system::error_code error;
  const std::string host = address.host.empty() ? "0.0.0.0" : address.host;
  tcp::resolver resolver(acceptor.get_executor());
  const auto found = resolver.resolve(host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error) {
    return Fail(ErrorKind::kBadParameter, "cannot listen on {}: {}", FormatHostPort(address), error.message());
  }

  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) BindKnown(state);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.native_non_blocking(true, error);
  if (error) {
    return FailWithHint(ErrorKind::kConnectionProblem,
                        fmt::format("cannot listen on {}: {}", FormatHostPort(address), error.message()),
                        "choose another address, or stop the program that has it");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::Open(EventLoop& loop, const std::string& address) {
  ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address, 0));
  auto state = std::make_shared<State>(ContextOf(loop));
  RETURN_IF_ERROR(Bind(*state, parsed));
  state->address = ToText(state->acceptor.local_endpoint());
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

void Listener::Serve(ConnectionGate& gate, ConnectionHandler handler) {
  state_->gate = &gate;
  state_->handler = std::move(handler);
  asio::co_spawn(state_->strand, AcceptLoop(state_, state_->acceptor), asio::detached);
  if (!state_->known.is_open()) return;

  gate.OnChange([weak = std::weak_ptr(state_)] { SteerSoon(weak); });
  asio::co_spawn(state_->strand, AcceptLoop(state_, state_->known), asio::detached);
  asio::co_spawn(state_->strand, SteerLoop(state_), asio::detached);
}

Listener::~Listener() { Stop(); }

const std::string& Listener::address() const { return state_->address; }

void Listener::Stop() {
  asio::post(state_->strand, [state = state_] {
    boost::system::error_code ignored;
    state->acceptor.close(ignored);
    state->known.close(ignored);
    state->steer.cancel();
  });
}

void RouteSocket(EventLoop& loop, UniqueFd socket, std::string remote_address, ConnectionHandler handler,
                 UnknownConnections::Place place) {
  asio::co_spawn(asio::make_strand(ContextOf(loop)),
                 ReadHelloAndRoute(std::move(socket), std::move(remote_address), std::move(handler), std::move(place)),
                 asio::detached);
}

}  // namespace sallyport
