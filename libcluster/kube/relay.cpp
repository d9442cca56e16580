#include "libcluster/kube/relay.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/log.h"
#include "libcluster/kube/answer/list_filter.h"
#include "libcluster/kube/answer_writer.h"
#include "libcluster/kube/client_body.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/kube_status.h"
#include "libcluster/kube/own_answer.h"
#include "libcluster/kube/request/http_text.h"
#include "libcluster/kube/request_audit.h"
#include "libcluster/kube/upstream_header.h"
#include "libcluster/net/copy.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr int kStatusClass = 100;
constexpr int kSuccess = 2;
constexpr std::size_t kHeldBytes = 64 << 10;  // of a filtered list, before its header is sent

// Makes the request for the API server.
UpstreamRequest RequestTo(const UpstreamPool& pool, KubeClient& client, RequestParser& parser,
                          const DecidedKubeRequest& decided) {
  UpstreamRequest request;
  request.header = UpstreamHeader(parser.get(), decided, pool);
  request.client = &client;
  request.parser = &parser;
  return request;
}

http::response_header<> ClientHeader(const AnswerMachine& answer) {
  http::response_header<> header = answer.header();
  DropHopFields(header);
  return header;
}

std::unexpected<Error> ClientGone() { return Fail(ErrorKind::kConnectionProblem, "the client does not accept data"); }

asio::awaitable<Status> RelayAnswer(AnswerWriter& writer, Exchange& exchange) {
  writer.Begin(ClientHeader(exchange.answer), exchange.answer.Length(), exchange.answer.HasBody());
  std::vector<char> room(kKubeCopyBytes);
  while (true) {
    const auto piece = co_await ReadPiece(exchange, room);
    if (!piece) co_return std::unexpected(piece.error());
    if (*piece == 0) break;
    const auto error = co_await writer.Write({room.data(), *piece});
    if (error) co_return ClientGone();
  }

  const auto error = co_await writer.Finish();
  if (error) co_return ClientGone();
  co_return Status();
}

ObjectPredicate PredicateOf(const DecidedKubeRequest& decided) {
  return [&decided](std::string_view kube_namespace, std::string_view name) {
    return decided.MayShow(kube_namespace, name);
  };
}

// Fails unless the filter can read the answer.
Status CheckForm(const AnswerMachine& answer) {
  std::string_view type(answer.header()[http::field::content_type]);
  type = type.substr(0, type.find(';'));
  const std::string_view encoding(answer.header()[http::field::content_encoding]);
  if (EqualIgnoringCase(type, "application/json") && (encoding.empty() || EqualIgnoringCase(encoding, "identity"))) {
    return {};
  }
  return Fail(ErrorKind::kNotImplemented, "the API server's answer cannot be filtered: the content type is {}",
              type.empty() ? "missing" : type);
}

// Relays the visible part of a list. Refuses an answer that is no list, if this is found before much of it was sent.
asio::awaitable<Status> RelayFilteredList(AnswerWriter& writer, Exchange& exchange, const DecidedKubeRequest& decided,
                                          bool& begun) {
  ListFilter filter(PredicateOf(decided));
  std::vector<char> room(kKubeCopyBytes);
  std::string out;
  while (true) {
    const auto piece = co_await ReadPiece(exchange, room);
    if (!piece) co_return std::unexpected(piece.error());
    const Status status = *piece == 0 ? filter.End() : filter.Put({room.data(), *piece}, out);
    if (!status) co_return Fail(ErrorKind::kNotImplemented, "{}", status.error().message);

    const bool ends = *piece == 0;
    if (!ends && out.size() < kHeldBytes) continue;
    if (!begun) {
      writer.Begin(ClientHeader(exchange.answer), ends ? std::optional(out.size()) : std::nullopt, true);
      begun = true;
    }

    auto error = co_await writer.Write(out);
    out.clear();
    if (!error && ends) error = co_await writer.Finish();
    if (error) co_return ClientGone();
    if (ends) co_return Status();
  }
}

// Relays the visible events of a watch: one JSON event per line.
asio::awaitable<Status> RelayFilteredWatch(AnswerWriter& writer, Exchange& exchange,
                                           const DecidedKubeRequest& decided) {
  writer.Begin(ClientHeader(exchange.answer), std::nullopt, true);
  // The header alone tells the client that the watch has started.
  auto error = co_await writer.Flush();
  std::vector<char> room(kKubeCopyBytes);
  std::string pending;
  while (!error) {
    const auto piece = co_await ReadPiece(exchange, room);
    if (!piece) co_return std::unexpected(piece.error());
    if (*piece == 0) break;
    pending.append(room.data(), *piece);

    std::string shown;
    std::size_t begin = 0;
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', begin)) {
      const auto line = FilterWatchEvent(std::string_view(pending).substr(begin, end - begin), PredicateOf(decided));
      begin = end + 1;
      if (!line) co_return Fail(ErrorKind::kNotImplemented, "{}", line.error().message);
      if (*line) shown += **line + "\n";
    }
    pending.erase(0, begin);
    if (pending.size() > kMaxObjectBytes)
      co_return Fail(ErrorKind::kNotImplemented, "an event of the watch is too large");
    error = co_await writer.Write(shown);
  }

  if (!error) error = co_await writer.Finish();
  if (error) co_return ClientGone();
  co_return Status();
}

// Relays an answer, filtered if so decided. Returns whether the client's connection can be reused.
asio::awaitable<bool> RelayAny(KubeClient& client, RequestParser& parser, Exchange& exchange,
                               const DecidedKubeRequest& decided) {
  AnswerWriter writer(client, parser);
  const bool filtered = decided.filter && exchange.answer.status() / kStatusClass == kSuccess;
  Status form = filtered ? CheckForm(exchange.answer) : Status();
  if (!form) co_return co_await Refuse(client, parser, form.error());

  bool begun = true;
  Status relayed;
  if (!filtered) {
    relayed = co_await RelayAnswer(writer, exchange);
  } else if (decided.asked.info.request.verb == "watch") {
    relayed = co_await RelayFilteredWatch(writer, exchange, decided);
  } else {
    begun = false;
    relayed = co_await RelayFilteredList(writer, exchange, decided, begun);
  }
  if (relayed) {
    Finish(exchange);
    co_return writer.KeepsConnection();
  }
  Log(LogLevel::kDebug, "an answer of an API server ended early",
      {{"cluster", decided.asked.cluster}, {"reason", relayed.error().message}});
  if (!begun) co_return co_await Refuse(client, parser, relayed.error());
  co_return false;
}

// Sends the 101 answer, then copies bytes both ways.
asio::awaitable<void> Tunnel(KubeClient& client, Exchange& exchange) {
  auto header = ClientHeader(exchange.answer);
  header.set(http::field::connection, "Upgrade");
  header.set(http::field::upgrade, exchange.answer.header()[http::field::upgrade]);
  header.erase(http::field::content_length);
  const std::string text = HeaderText(header);

  error_code error;
  co_await asio::async_write(client.stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));

  // Bytes that came with the headers belong to the new protocol already.
  if (!error && exchange.buffer.size() > 0) {
    co_await asio::async_write(client.stream, exchange.buffer.data(), asio::redirect_error(asio::use_awaitable, error));
  }
  if (!error && client.buffer.size() > 0) {
    co_await asio::async_write(*exchange.stream, client.buffer.data(),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return;

  beast::get_lowest_layer(client.stream).expires_never();
  co_await (Copy(client.stream, *exchange.stream) || Copy(*exchange.stream, client.stream));
}

}  // namespace

asio::awaitable<bool> ForwardRequest(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                     const std::string* body) {
  const auto upstream = client.state->UpstreamOf(*decided.asked.target);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  const auto& pool = upstream->pool;
  UpstreamRequest request = RequestTo(*pool, client, parser, decided);
  if (body != nullptr) {
    request.body = *body;
    request.parser = nullptr;
  }

  co_await InviteBody(client, parser);
  auto begun = co_await Begin(pool, request);
  if (!begun) {
    AuditRequest(client, parser, decided, KubeHttpStatus(begun.error()));
    co_return co_await Refuse(client, parser, begun.error());
  }
  AuditRequest(client, parser, decided, (*begun)->answer.status());
  co_return co_await RelayAny(client, parser, **begun, decided);
}

asio::awaitable<void> ForwardUpgrade(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided) {
  const auto upstream = client.state->UpstreamOf(*decided.asked.target);
  if (!upstream) {
    co_await Refuse(client, parser, upstream.error());
    co_return;
  }

  const auto& pool = upstream->pool;
  UpstreamRequest request = RequestTo(*pool, client, parser, decided);
  request.upgrades = true;
  request.parser = nullptr;
  request.header.set(http::field::connection, "Upgrade");
  request.header.set(http::field::upgrade, parser.get()[http::field::upgrade]);
  client.must_close = true;

  auto begun = co_await Begin(pool, request);
  if (!begun) {
    AuditRequest(client, parser, decided, KubeHttpStatus(begun.error()));
    co_await Refuse(client, parser, begun.error());
    co_return;
  }

  Exchange& exchange = **begun;
  if (!exchange.answer.IsUpgraded() || !decided.asked.info.is_session) {
    AuditRequest(client, parser, decided, exchange.answer.status());
  }
  // An upgrade that the server refused is an ordinary answer.
  if (!exchange.answer.IsUpgraded()) {
    co_await RelayAny(client, parser, exchange, decided);
    co_return;
  }

  client.audited = true;
  client.in_tunnel = true;
  std::optional<SessionAudit> session;
  if (decided.asked.info.is_session) session.emplace(*client.state->decider, decided);
  co_await Tunnel(client, exchange);
}

}  // namespace sallyport
