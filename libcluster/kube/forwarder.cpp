#include "libcluster/kube/forwarder.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <utility>

#include "libbase/log.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/request/request_body.h"
#include "libcluster/kube/request/request_header.h"
#include "libcluster/net/source.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTurnCheck{100};
constexpr std::chrono::seconds kLongestWait{10};  // for a turn
constexpr std::chrono::seconds kShutdownTime{10};
constexpr std::chrono::seconds kLinger{2};
constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kLeaveCheck{100};
constexpr std::chrono::seconds kAnswerTimeout{30};
constexpr std::chrono::seconds kRevocationCheck{2};
constexpr unsigned kHttp11 = 11;
constexpr int kClientLeft = 499;
constexpr int kBodyTooLarge = 413;
constexpr int kHeaderTooLarge = 431;

// Returns the row of a connection: of an unknown caller until a request has been identified.
const Budget& BudgetOfCaller(const KubeClient& client) {
  return BudgetOf(Door::kKubernetes, client.known ? CallerState::kKnown : CallerState::kUnknown);
}
const std::size_t kMaxReadBody = BudgetOf(Door::kKubernetes, CallerState::kKnown).message_bytes;

// Whether only a part of a collection is deleted, which is listed first.
bool DeletesSome(const KubePlan& plan) {
  return plan.info.request.verb == "deletecollection" && plan.access && !plan.access->ReachesAll();
}

// Whether the body is read before the request can be decided or dealt with.
bool NeedsBody(const KubePlan& plan) { return DeletesSome(plan) || plan.IsAccessReview() || plan.NeedsObjectName(); }

// Returns how much a request may make this side keep: what it says of its body, else what such a body may have.
std::size_t KeptBytes(RequestParser& parser, const KubePlan& plan) {
  if (!NeedsBody(plan)) return 0;
  const std::size_t said = parser.chunked() ? kMaxReadBody : parser.content_length().value_or(0);
  const std::size_t body = std::min(said, kMaxReadBody);
  return body + (DeletesSome(plan) ? kMaxWholeBytes : 0);
}

// Learns what the roles must know beyond the request's path. Returns the body, when that has been read.
asio::awaitable<Result<std::optional<std::string>>> LearnMore(KubeClient& client, RequestParser& parser,
                                                              KubePlan& plan) {
  KubeRequest& request = plan.info.request;
  if (plan.NeedsScope()) {
    const auto upstream = client.state->UpstreamOf(plan);
    if (!upstream) co_return std::unexpected(upstream.error());
    request.cluster_wide =
        co_await IsClusterWide(*upstream, request.api_group, plan.info.api_version, request.resource);
  }
  if (!NeedsBody(plan)) co_return std::nullopt;
  co_await InviteBody(client, parser);
  auto body = co_await ReadBody(client, parser, kMaxReadBody);
  if (!body) co_return std::unexpected(body.error());
  if (!plan.NeedsObjectName()) co_return std::move(*body);
  auto name = ReadObjectName(*body, std::string_view(parser.get()[http::field::content_type]));
  if (!name) co_return std::unexpected(name.error());
  request.name = std::move(*name);
  co_return std::move(*body);
}

// Deals with a request that has been decided.
asio::awaitable<bool> Deal(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                           const std::optional<std::string>& body) {
  if (IsUpgrade(parser.get())) {
    co_await ForwardUpgrade(client, parser, plan);
    co_return false;
  }
  if (plan.IsAccessReview()) co_return co_await AnswerAccessReview(client, parser, plan, *body);
  if (plan.filter && plan.info.request.verb == "deletecollection") {
    co_return co_await DeleteEach(client, parser, plan, *body);
  }
  co_return co_await ForwardRequest(client, parser, plan, body ? &*body : nullptr);
}

// Whether the other side of a socket has ended it, also when there is something left to be read.
bool IsEnded(int socket) {
  pollfd wait{socket, POLLRDHUP, 0};
  return ::poll(&wait, 1, 0) != 0;
}

// Returns when the client has closed its side: what lasts has then nobody to go to. A client that sends its next
// request already has not.
asio::awaitable<void> UntilClientLeaves(KubeClient& client) {
  auto& socket = beast::get_lowest_layer(client.stream).socket();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  co_await socket.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
  while (!error && (client.in_tunnel || !IsEnded(socket.native_handle()))) {
    if (client.in_tunnel) {
      timer.expires_at(asio::steady_timer::time_point::max());
    } else {
      timer.expires_after(kLeaveCheck);
    }
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

// Returns once what the caller began may not go on.
asio::awaitable<void> UntilRevoked(KubeForwarder::State& state, const Caller& caller) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  while (!error && state.decider->StillAllowed(caller)) {
    timer.expires_after(kRevocationCheck);
    // To the end of the certificate, not beyond.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(caller.identity.expires - Now());
    if (left > std::chrono::milliseconds(0) && left < kRevocationCheck) timer.expires_after(left);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

// Returns when a request that lasts has nobody to go to, or may not go on. Those that are answered at once are left
// alone: a client may have closed its direction after the request (RFC 9112 section 9.6).
asio::awaitable<void> UntilPointless(KubeClient& client, const KubePlan& plan) {
  asio::steady_timer timer(co_await asio::this_coro::executor, kPatience);
  error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_await (UntilClientLeaves(client) || UntilRevoked(*client.state, *plan.caller));
}

// Deals with a request that is understood.
asio::awaitable<bool> ServeUnderstood(KubeClient& client, RequestParser& parser, KubePlan& plan) {
  if (IsUpgrade(parser.get()) && !plan.info.MayUpgrade()) {
    const Error refusal{ErrorKind::kBadParameter,
                        "malformed request: only exec, attach, portforward and proxy may ask for another protocol",
                        {}};
    co_return co_await Refuse(client, parser, refusal);
  }

  const auto body = co_await LearnMore(client, parser, plan);
  if (!body) {
    const bool too_large = body.error().kind == ErrorKind::kLimitExceeded;
    co_return co_await Refuse(client, parser, body.error(), too_large ? kBodyTooLarge : 0);
  }

  const HttpHeaders headers = HeadersOf(parser.get());
  if (const Status status = client.state->decider->Authorize(headers, plan); !status) {
    co_return co_await Refuse(client, parser, status.error());
  }

  beast::get_lowest_layer(client.stream).expires_never();
  const auto first = co_await (Deal(client, parser, plan, *body) || UntilPointless(client, plan));
  if (first.index() == 0) co_return std::get<0>(first);
  // The API server may have done what it was asked for.
  AuditRequest(client, parser, plan, kClientLeft);
  co_return false;
}

// Deals with a request of a caller who is known.
asio::awaitable<bool> ServePlan(KubeClient& client, RequestParser& parser, KubePlan& plan) {
  const std::size_t bytes = KeptBytes(parser, plan);
  if (bytes > 0 && client.account->IsFull()) {
    const Error refusal{ErrorKind::kLimitExceeded, "too much is being read or deleted of this caller at a time", {}};
    co_return co_await Refuse(client, parser, refusal);
  }
  const std::shared_ptr<void> kept = Hold(client.account, bytes);
  co_return co_await ServeUnderstood(client, parser, plan);
}

// Lets the connection of a caller in who has just become known. A proxy has as many as its users need; a user has a
// limited number, and waits for a turn beyond kKubeConnectionRate. kLimitExceeded when there are too many.
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
    timer.expires_after(kTurnCheck);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  co_return Status();
}

// Waits for the first byte of a request, then reads its header, which must not take long. Returns whether there is one.
asio::awaitable<bool> ReadHeader(KubeClient& client, RequestParser& parser) {
  error_code error;
  auto& socket = beast::get_lowest_layer(client.stream);
  if (client.buffer.size() == 0) {
    socket.expires_after(BudgetOfCaller(client).idle_time);
    const std::size_t count = co_await client.stream.async_read_some(client.buffer.prepare(kCopyBytes),
                                                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
    client.buffer.commit(count);
  }

  socket.expires_after(BudgetOf(Door::kKubernetes, CallerState::kUnknown).message_time);
  co_await http::async_read_header(client.stream, client.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return true;

  // Malformed HTTP is answered: a connection that broke has nobody to answer.
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

// Reads one request and deals with it. Returns whether the connection can be used again.
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
  auto plan = state.decider->Identify({std::string_view(request.method_string()), std::string_view(request.target()),
                                       headers, client.chain_pem, client.remote_address, client.cluster});
  if (!plan) {
    client.must_close = !client.known;
    co_return co_await Refuse(client, parser, plan.error());
  }

  if (!std::exchange(client.known, true)) {
    if (state.known_caller) state.known_caller(client.remote_address, plan->caller->identity.username);
    if (const Status admitted = co_await AdmitCaller(client, *plan->caller); !admitted) {
      client.must_close = true;
      co_return co_await Refuse(client, parser, admitted.error());
    }
  }
  co_return co_await ServePlan(client, parser, *plan);
}

// Takes what a client still sends of a body that nobody wants: else it does not see the answer (RFC 9112 section 9.6).
asio::awaitable<void> Linger(KubeClient& client) {
  std::vector<char> room(kCopyBytes);
  error_code error;
  beast::get_lowest_layer(client.stream).expires_after(kLinger);
  for (std::size_t count = 0; !error && count < kMaxReadBody;) {
    count +=
        co_await client.stream.async_read_some(asio::buffer(room), asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> Serve(std::shared_ptr<KubeForwarder::State> state, IncomingConnection connection,
                            std::string cluster) {
  error_code error;
  const auto executor = co_await asio::this_coro::executor;
  const auto tls = state->Tls();  // as long as the connection
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

HttpHeaders HeadersOf(const RequestHeader& request) {
  HttpHeaders headers;
  for (const auto& field : request) headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return headers;
}

RequestHeader UpstreamHeader(const RequestHeader& request, const KubePlan& plan, const UpstreamPool& pool) {
  const KubeUpstream& upstream = pool.upstream();
  const KubeRequestInfo& info = plan.info;
  RequestHeader header;
  static_cast<http::fields&>(header) = ForwardedFields(request, plan.filter != nullptr);
  header.version(kHttp11);
  header.method_string(request.method_string());
  header.target(upstream.path_prefix + info.path + (info.query.empty() ? "" : "?" + info.query));
  header.set(http::field::host, FormatHostPort({upstream.host, upstream.port}));

  if (plan.filter) {
    // Filtering reads JSON: no protobuf, no compression.
    header.set(http::field::accept, AcceptForFilter(request));
    header.set(http::field::accept_encoding, "identity");
  }

  if (!plan.as.user.empty()) header.set("Impersonate-User", plan.as.user);
  for (const auto& group : plan.as.groups) header.insert("Impersonate-Group", group);
  header.set("X-Forwarded-For", plan.forwarded_for);
  header.set("X-Forwarded-Host", plan.forwarded_host.empty() ? std::string_view(request[http::field::host])
                                                             : std::string_view(plan.forwarded_host));
  header.set("X-Forwarded-Proto", "https");
  return header;
}

asio::awaitable<bool> Answer(KubeClient& client, RequestParser& parser, int http_status, std::string content_type,
                             std::string body) {
  error_code code;
  http::response<http::string_body> response(static_cast<http::status>(http_status), 11);
  response.set(http::field::content_type, content_type);
  if (response.result() == http::status::too_many_requests) {
    response.set(http::field::retry_after, std::to_string(kRetryAfter.count()));
  }
  response.body() = std::move(body);
  // A body that nobody will read makes the connection useless for another request.
  client.unread_body = parser.is_header_done() && !parser.is_done();
  const bool keep_alive = parser.is_done() && parser.keep_alive() && !client.must_close;
  response.keep_alive(keep_alive);
  response.prepare_payload();
  beast::get_lowest_layer(client.stream).expires_after(kAnswerTimeout);
  co_await http::async_write(client.stream, response, asio::redirect_error(asio::use_awaitable, code));
  co_return keep_alive && !code;
}

asio::awaitable<bool> Refuse(KubeClient& client, RequestParser& parser, const Error& error, int http_status) {
  const int status = http_status == 0 ? KubeHttpStatus(error) : http_status;
  std::string type = "application/json";
  std::string body = KubeStatusJson(error, status);
  co_return co_await Answer(client, parser, status, std::move(type), std::move(body));
}

void AuditRequest(KubeClient& client, const RequestParser& parser, const KubePlan& plan, int http_status) {
  if (std::exchange(client.audited, true)) return;
  client.state->decider->AuditRequest(plan, std::string_view(parser.get().method_string()), http_status);
}

asio::awaitable<void> InviteBody(KubeClient& client, const RequestParser& parser) {
  if (parser.get().count(http::field::expect) == 0 || parser.is_done() || client.buffer.size() > 0) co_return;
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code error;
  beast::get_lowest_layer(client.stream).expires_after(kAnswerTimeout);
  co_await asio::async_write(client.stream, asio::buffer(kContinue), asio::redirect_error(asio::use_awaitable, error));
}

Result<KubeForwarder::State::Upstream> KubeForwarder::State::Make(KubeUpstream upstream) {
  Upstream made;
  ASSIGN_OR_RETURN(made.pool, UpstreamPool::Create(ContextOf(loop), threads, std::move(upstream)));
  made.scopes = MakeApiScopes(made.pool, ContextOf(loop));
  return made;
}

Result<KubeForwarder::State::Upstream> KubeForwarder::State::UpstreamOf(const KubePlan& plan) {
  const KubeClusterInfo& cluster = *plan.target;
  const std::string key = cluster.host_id.empty() ? cluster.name : cluster.host_id + "/" + cluster.name;
  const std::lock_guard lock(mutex);
  const auto found = upstreams.find(key);
  // The agent has agreed to the labels of before.
  if (found != upstreams.end() && (cluster.host_id.empty() || found->second.labels == cluster.labels)) {
    return found->second;
  }

  if (!upstream_of_agent) return Fail(ErrorKind::kNotFound, "kubernetes cluster \"{}\" is not here", cluster.name);
  ASSIGN_OR_RETURN(Upstream made, Make(upstream_of_agent(cluster)));
  made.labels = cluster.labels;
  upstreams[key] = made;
  return made;
}

Result<std::unique_ptr<KubeForwarder>> KubeForwarder::Create(EventLoop& loop, ThreadPool& threads,
                                                             std::unique_ptr<KubeDecider> decider,
                                                             KubeForwarderOptions options) {
  std::vector<KubeUpstream> upstreams = std::move(options.upstreams);
  auto state = std::make_shared<State>(loop, threads, std::move(decider), std::move(options));
  for (auto& upstream : upstreams) {
    const std::string name = upstream.name;
    ASSIGN_OR_RETURN(state->upstreams[name], state->Make(std::move(upstream)));
  }
  return std::unique_ptr<KubeForwarder>(new KubeForwarder(std::move(state)));
}

KubeForwarder::~KubeForwarder() {
  const std::lock_guard lock(state_->mutex);
  for (const auto& [name, upstream] : state_->upstreams) upstream.pool->Stop();
}

void KubeForwarder::UseTls(std::shared_ptr<ServerTls> tls) {
  const std::lock_guard lock(state_->mutex);
  state_->tls = std::move(tls);
}

void KubeForwarder::HandleConnection(IncomingConnection connection, std::string cluster) {
  asio::co_spawn(asio::make_strand(ContextOf(state_->loop)), Serve(state_, std::move(connection), std::move(cluster)),
                 asio::detached);
}

}  // namespace sallyport
