#include "libcluster/kube/forwarder.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "libbase/log.h"
#include "libbase/mutex.h"
#include "libcluster/kube/access_review.h"
#include "libcluster/kube/client_body.h"
#include "libcluster/kube/collection.h"
#include "libcluster/kube/discover.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/kube_client.h"
#include "libcluster/kube/own_answer.h"
#include "libcluster/kube/relay.h"
#include "libcluster/kube/request/request_body.h"
#include "libcluster/kube/request/request_header.h"
#include "libcluster/kube/request_audit.h"
#include "libcluster/net/source.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTurnCheck{100};
constexpr std::chrono::seconds kLongestWait{10};  // the longest wait for a turn
constexpr std::chrono::seconds kShutdownTime{10};
constexpr std::chrono::seconds kLinger{2};
constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kLeaveCheck{100};
constexpr std::chrono::seconds kRevocationCheck{2};
constexpr int kClientLeft = 499;
constexpr int kBodyTooLarge = 413;
constexpr int kHeaderTooLarge = 431;

// Returns the budget of a connection: an unknown caller's until a request is identified.
const Budget& BudgetOfCaller(const KubeClient& client) {
  return BudgetOf(Endpoint::kKubernetes, client.known ? CallerState::kKnown : CallerState::kUnknown);
}
const std::size_t kMaxReadBody = BudgetOf(Endpoint::kKubernetes, CallerState::kKnown).message_bytes;

// Returns whether the body must be read before the request is authorized or served.
bool NeedsBody(const IdentifiedKubeRequest& asked) {
  return asked.DeletesSome() || asked.IsAccessReview() || asked.NeedsObjectName();
}

// Returns the memory that a request may need: the declared length of its body, else the body's limit.
std::size_t KeptBytes(RequestParser& parser, const IdentifiedKubeRequest& asked) {
  if (!NeedsBody(asked)) return 0;
  const std::size_t said = parser.chunked() ? kMaxReadBody : parser.content_length().value_or(0);
  const std::size_t body = std::min(said, kMaxReadBody);
  return body + (asked.DeletesSome() ? kMaxWholeBytes : 0);
}

// Adds the facts that the roles need beyond the path. Returns the body if it was read.
asio::awaitable<Result<std::optional<std::string>>> LearnMore(KubeClient& client, RequestParser& parser,
                                                              IdentifiedKubeRequest& asked) {
  KubeRequest& request = asked.info.request;
  if (asked.NeedsScope()) {
    const auto upstream = client.state->UpstreamOf(*asked.target);
    if (!upstream) co_return std::unexpected(upstream.error());
    request.cluster_wide =
        co_await IsClusterWide(upstream->scopes, request.api_group, asked.info.api_version, request.resource);
  }
  if (!NeedsBody(asked)) co_return std::nullopt;

  co_await InviteBody(client, parser);
  auto body = co_await ReadBody(client, parser, kMaxReadBody);
  if (!body) co_return std::unexpected(body.error());
  if (!asked.NeedsObjectName()) co_return std::move(*body);
  auto name = ReadObjectName(*body, std::string_view(parser.get()[http::field::content_type]));
  if (!name) co_return std::unexpected(name.error());
  request.name = std::move(*name);
  co_return std::move(*body);
}

// Serves an authorized request.
asio::awaitable<bool> Deal(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                           const std::optional<std::string>& body) {
  if (IsUpgrade(parser.get())) {
    co_await ForwardUpgrade(client, parser, decided);
    co_return false;
  }
  if (decided.asked.IsAccessReview()) co_return co_await AnswerAccessReview(client, parser, decided, *body);
  if (decided.filter && decided.asked.info.request.verb == "deletecollection") {
    co_return co_await DeleteEach(client, parser, decided, *body);
  }
  co_return co_await ForwardRequest(client, parser, decided, body ? &*body : nullptr);
}

// Returns whether the client has closed its side, even with unread bytes.
bool HasLeft(KubeClient& client) {
  pollfd wait{beast::get_lowest_layer(client.stream).socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&wait, 1, 0) != 0;
}

// Returns when the client has closed its side, so that a long answer has no reader. A client that pipelines its next
// request has not closed.
asio::awaitable<void> UntilClientLeaves(KubeClient& client) {
  auto& socket = beast::get_lowest_layer(client.stream).socket();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  co_await socket.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
  while (!error && (client.in_tunnel || !HasLeft(client))) {
    if (client.in_tunnel) {
      timer.expires_at(asio::steady_timer::time_point::max());
    } else {
      timer.expires_after(kLeaveCheck);
    }
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

// Returns when the caller's request may no longer continue, or its cluster is no longer served.
asio::awaitable<void> UntilRevoked(KubeForwarder::State& state, const IdentifiedKubeRequest& asked) {
  const Caller& caller = *asked.caller;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  while (!error && state.decider->StillAllowed(caller) && state.Serves(*asked.target)) {
    timer.expires_after(kRevocationCheck);
    // Waits at most until the certificate expires.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(caller.identity.expires - Now());
    if (left > std::chrono::milliseconds(0) && left < kRevocationCheck) timer.expires_after(left);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

// Returns when a long request has lost its client or may no longer continue. Ignores short requests: their client may
// have closed its direction after the request (RFC 9112 section 9.6).
asio::awaitable<void> UntilPointless(KubeClient& client, const IdentifiedKubeRequest& asked) {
  asio::steady_timer timer(co_await asio::this_coro::executor, kPatience);
  error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_await (UntilClientLeaves(client) || UntilRevoked(*client.state, asked));
}

// Serves an understood request.
asio::awaitable<bool> ServeUnderstood(KubeClient& client, RequestParser& parser, IdentifiedKubeRequest& asked) {
  if (IsUpgrade(parser.get()) && !asked.info.MayUpgrade()) {
    const Error refusal{ErrorKind::kBadParameter,
                        "malformed request: only exec, attach, portforward and proxy may change the protocol",
                        {}};
    co_return co_await Refuse(client, parser, refusal);
  }

  const auto body = co_await LearnMore(client, parser, asked);
  if (!body) {
    const bool too_large = body.error().kind == ErrorKind::kLimitExceeded;
    co_return co_await Refuse(client, parser, body.error(), too_large ? kBodyTooLarge : 0);
  }

  const HttpHeaders headers = HeadersOf(parser.get());
  const auto decided = client.state->decider->Authorize(headers, std::move(asked));
  if (!decided) co_return co_await Refuse(client, parser, decided.error());

  beast::get_lowest_layer(client.stream).expires_never();
  const auto first = co_await (Deal(client, parser, *decided, *body) || UntilPointless(client, decided->asked));
  if (first.index() == 0) co_return std::get<0>(first);
  // The API server may have executed the request.
  AuditRequest(client, parser, *decided, kClientLeft);
  co_return false;
}

// Serves a request of a known caller.
asio::awaitable<bool> ServeIdentified(KubeClient& client, RequestParser& parser, IdentifiedKubeRequest& asked) {
  const std::size_t bytes = KeptBytes(parser, asked);
  if (bytes > 0 && client.account->IsFull()) {
    const Error refusal{
        ErrorKind::kLimitExceeded, "the requests of this caller need too much memory at the same time", {}};
    co_return co_await Refuse(client, parser, refusal);
  }
  const std::shared_ptr<void> kept = Hold(client.account, bytes);
  co_return co_await ServeUnderstood(client, parser, asked);
}

// Admits the connection of a caller that has just become known. Proxies have no limit; users have a limited number of
// connections, and wait beyond kKubeConnectionRate. Fails with kLimitExceeded when the user has too many, and with
// kConnectionProblem when the client leaves while it waits.
asio::awaitable<Status> AdmitCaller(KubeClient& client, const Caller& caller) {
  auto& state = *client.state;
  client.place.Release();
  const std::string& user = caller.identity.username;
  client.account = state.accounts.Of(CallerState::kKnown, user);
  if (caller.kind == Caller::Kind::kSystem) co_return Status();

  client.slot = state.connections.Take(user);
  if (!client.slot) co_return Fail(ErrorKind::kLimitExceeded, "user \"{}\" has too many connections", user);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  const auto give_up = Now() + kLongestWait;
  while (!state.new_connections.Allow(user, Now())) {
    if (Now() > give_up) co_return Fail(ErrorKind::kLimitExceeded, "user \"{}\" makes too many connections", user);
    if (HasLeft(client)) co_return Fail(ErrorKind::kConnectionProblem, "the client left while its connection waited");
    timer.expires_after(kTurnCheck);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  co_return Status();
}

// Waits for the first byte of a request, then reads its header within a time limit. Returns whether a header arrived.
asio::awaitable<bool> ReadHeader(KubeClient& client, RequestParser& parser) {
  error_code error;
  auto& socket = beast::get_lowest_layer(client.stream);
  if (client.buffer.size() == 0) {
    socket.expires_after(BudgetOfCaller(client).idle_time);
    const std::size_t count = co_await client.stream.async_read_some(client.buffer.prepare(kKubeCopyBytes),
                                                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
    client.buffer.commit(count);
  }

  socket.expires_after(BudgetOf(Endpoint::kKubernetes, CallerState::kUnknown).message_time);
  co_await http::async_read_header(client.stream, client.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return true;

  // Answers malformed HTTP, but not a broken connection.
  client.must_close = true;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    const Error too_large{ErrorKind::kLimitExceeded, "the request's header is too large", {}};
    co_await Refuse(client, parser, too_large, kHeaderTooLarge);
  } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message) {
    const Error malformed{ErrorKind::kBadParameter, "malformed request: " + error.message(), {}};
    co_await Refuse(client, parser, malformed);
  }
  co_return false;
}

// Reads one request and serves it. Returns whether the connection can be reused.
asio::awaitable<bool> ServeRequest(KubeClient& client) {
  RequestParser parser;
  parser.header_limit(static_cast<std::uint32_t>(BudgetOfCaller(client).header_bytes));
  parser.body_limit(boost::none);
  client.audited = false;
  if (!co_await ReadHeader(client, parser)) co_return false;

  const RequestHeader& request = parser.get();
  if (const Status checked = CheckRequestHeader(request); !checked) {
    client.must_close = true;
    co_return co_await Refuse(client, parser, checked.error());
  }

  auto& state = *client.state;
  if (const Status ready = state.decider->Ready(); !ready) co_return co_await Refuse(client, parser, ready.error());
  const HttpHeaders headers = HeadersOf(request);
  auto asked = state.decider->Identify({std::string_view(request.method_string()), std::string_view(request.target()),
                                        headers, client.chain_pem, client.remote_address, client.cluster});
  if (!asked) {
    client.must_close = !client.known;
    co_return co_await Refuse(client, parser, asked.error());
  }

  if (!std::exchange(client.known, true)) {
    if (state.known_caller) state.known_caller(client.remote_address, asked->caller->identity.username);
    if (const Status admitted = co_await AdmitCaller(client, *asked->caller); !admitted) {
      client.must_close = true;
      co_return co_await Refuse(client, parser, admitted.error());
    }
  }
  co_return co_await ServeIdentified(client, parser, *asked);
}

// Reads and drops the rest of an unwanted body: else the client does not see the answer (RFC 9112 section 9.6).
asio::awaitable<void> Linger(KubeClient& client) {
  std::vector<char> room(kKubeCopyBytes);
  error_code error;
  beast::get_lowest_layer(client.stream).expires_after(kLinger);
  for (std::size_t count = 0; !error && count < kMaxReadBody;) {
    count +=
        co_await client.stream.async_read_some(asio::buffer(room), asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> ServeConnection(std::shared_ptr<KubeForwarder::State> state, IncomingConnection connection,
                                      std::string cluster) {
  error_code error;
  const auto executor = co_await asio::this_coro::executor;
  const auto tls = state->Tls();  // must outlive the connection
  auto& context = tls->state().context;
  KubeClient client{std::move(state),
                    ServerTlsStream(MakeSocketStream(executor, std::move(connection.socket)), context),
                    beast::flat_buffer(kMaxClientBuffer),
                    {},
                    std::move(connection.remote_address),
                    std::move(cluster)};
  const int socket = beast::get_lowest_layer(client.stream).socket().native_handle();
  client.place = client.state->unknown_connections.Enter(SourceOf(client.remote_address), socket);
  beast::get_lowest_layer(client.stream).expires_after(BudgetOfCaller(client).handshake_time);
  co_await client.stream.async_handshake(asio::ssl::stream_base::server,
                                         asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    Log(LogLevel::kDebug, "TLS handshake failed", {{"peer", client.remote_address}, {"reason", error.message()}});
    co_return;
  }
  AcknowledgeHandshake(client.stream);
  client.chain_pem = PeerChainPem(client.stream);
  while (co_await ServeRequest(client)) {
  }
  if (client.unread_body) co_await Linger(client);
  beast::get_lowest_layer(client.stream).expires_after(kShutdownTime);
  co_await client.stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace

Result<std::unique_ptr<KubeForwarder>> KubeForwarder::Create(EventLoop& loop, ThreadPool& threads,
                                                             std::unique_ptr<KubeDecider> decider,
                                                             KubeForwarderOptions options) {
  std::vector<KubeEndpoint> endpoints = std::move(options.endpoints);
  auto state = std::make_shared<State>(loop, threads, std::move(decider), std::move(options));
  std::unique_ptr<KubeForwarder> forwarder(new KubeForwarder(std::move(state)));
  for (auto& endpoint : endpoints) RETURN_IF_ERROR(forwarder->Serve(std::move(endpoint)));
  return forwarder;
}

Status KubeForwarder::Serve(KubeEndpoint endpoint) {
  const std::string name = endpoint.name;
  ASSIGN_OR_RETURN(State::Upstream made, state_->Make({std::move(endpoint)}));
  const MutexLock lock(state_->mutex);
  state_->upstreams[name] = std::move(made);
  return {};
}

void KubeForwarder::Drop(const std::string& cluster) {
  const MutexLock lock(state_->mutex);
  state_->upstreams.erase(cluster);
}

KubeForwarder::~KubeForwarder() {
  const MutexLock lock(state_->mutex);
  for (const auto& [name, upstream] : state_->upstreams) upstream.pool->Stop();
}

void KubeForwarder::UseTls(std::shared_ptr<ServerTls> tls) {
  const MutexLock lock(state_->mutex);
  state_->tls = std::move(tls);
}

void KubeForwarder::HandleConnection(IncomingConnection connection, std::string cluster) {
  asio::co_spawn(asio::make_strand(ContextOf(state_->loop)),
                 ServeConnection(state_, std::move(connection), std::move(cluster)), asio::detached);
}

}  // namespace sallyport
