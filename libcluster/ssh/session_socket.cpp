#include "libcluster/ssh/session_socket.h"

#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "libbase/log.h"
#include "libcluster/ssh/node_session.h"
#include "libcluster/ssh/session_peer.h"

namespace sallyport {

using boost::system::error_code;
using LocalSocket = asio::local::stream_protocol::socket;

struct SessionSocket::State {
  State(EventLoop& loop_in, Find find_in, std::shared_ptr<RecordingSpool> recordings_in)
      : loop(loop_in),
        find(std::move(find_in)),
        recordings(std::move(recordings_in)),
        strand(asio::make_strand(ContextOf(loop))),
        acceptor(strand) {}
  EventLoop& loop;
  const Find find;
  const std::shared_ptr<RecordingSpool> recordings;
  asio::strand<asio::io_context::executor_type> strand;
  asio::local::stream_protocol::acceptor acceptor;
};

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // when the process has no descriptors left

// Serves a client if it is a process of a connection's sshd.
void Receive(SessionSocket::State& state, LocalSocket socket) {
  auto peer = PeerOf(socket.native_handle());
  if (!peer) return;
  std::shared_ptr<SshConnection> connection;
  for (const pid_t ancestor : peer->ancestors) {
    if (!connection) connection = state.find(ancestor);
  }
  if (!connection) {
    Log(LogLevel::kWarning, "a process that does not belong to sshd connected to the sessions' socket",
        {{"uid", std::to_string(peer->uid)}});
    return;
  }
  const auto executor = socket.get_executor();
  asio::co_spawn(executor, ServeSession(std::move(socket), std::move(*peer), connection, state.recordings),
                 asio::detached);
}

asio::awaitable<void> Accept(std::shared_ptr<SessionSocket::State> state) {
  error_code error;
  asio::steady_timer timer(state->strand);
  while (state->acceptor.is_open()) {
    LocalSocket socket(asio::make_strand(ContextOf(state->loop)));
    co_await state->acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !state->acceptor.is_open()) co_return;
    if (!error) {
      Receive(*state, std::move(socket));
      continue;
    }
    timer.expires_after(kAcceptPause);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace

SessionSocket::SessionSocket(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<SessionSocket>> SessionSocket::Open(EventLoop& loop, const std::string& path, Find find,
                                                           std::shared_ptr<RecordingSpool> recordings) {
  auto state = std::make_shared<State>(loop, std::move(find), std::move(recordings));
  const auto fail = [&](const error_code& error) {
    return Fail(ErrorKind::kInternal, "cannot listen at {}: {}", path, error.message());
  };
  error_code error;
  state->acceptor.open(asio::local::stream_protocol(), error);
  if (error) return fail(error);
  const asio::local::stream_protocol::endpoint endpoint(path);
  state->acceptor.bind(endpoint, error);
  if (error) return fail(error);
  // A session's process runs as the logged-in user; the client is checked by its ancestors.
  ::chmod(path.c_str(), 0666);
  state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(error);
  asio::co_spawn(state->strand, Accept(state), asio::detached);
  return std::unique_ptr<SessionSocket>(new SessionSocket(std::move(state)));
}

SessionSocket::~SessionSocket() {
  asio::post(state_->strand, [state = state_] {
    error_code ignored;
    state->acceptor.close(ignored);
  });
}

}  // namespace sallyport
