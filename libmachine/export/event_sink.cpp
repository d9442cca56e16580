#include "libmachine/export/event_sink.h"

#include <algorithm>

#include "libbase/file.h"
#include "libbase/gzip.h"

namespace sallyport {
namespace {

constexpr const char* kJsonType = "application/json";
constexpr const char* kJsonLinesType = "application/x-ndjson";

bool HasLines(SinkFormat format) { return format == SinkFormat::kJsonLines || format == SinkFormat::kJsonLinesGzip; }

bool IsCompressed(SinkFormat format) { return format == SinkFormat::kJsonGzip || format == SinkFormat::kJsonLinesGzip; }

Status ReadSinkFiles(const ExportSettings& settings, TlsOptions& tls) {
  if (!settings.sink_ca.empty()) {
    ASSIGN_OR_RETURN(tls.authorities_pem, ReadFile(settings.sink_ca));
  }
  if (settings.sink_cert.empty()) return {};

  ASSIGN_OR_RETURN(const std::string pem, ReadFile(settings.sink_cert));
  auto chain = Certificate::ChainFromPem(pem);
  if (!chain) return std::unexpected(InContext(settings.sink_cert, chain.error()));
  tls.certificate = chain->front();
  tls.chain.assign(chain->begin() + 1, chain->end());
  ASSIGN_OR_RETURN(std::string key, ReadFile(settings.sink_key));
  tls.key_pem = Secret(std::move(key));
  return {};
}

}  // namespace

Result<std::unique_ptr<HttpSink>> HttpSink::Make(const ExportSettings& settings, const NetworkSettings& network) {
  TlsOptions tls;
  RETURN_IF_ERROR(ReadSinkFiles(settings, tls));
  RETURN_IF_ERROR(ParseHttpUrl(settings.url));
  RETURN_IF_ERROR(ParseHttpUrl(settings.session_url));
  return std::unique_ptr<HttpSink>(new HttpSink(std::move(tls), network, settings));
}

HttpSink::HttpSink(TlsOptions tls, NetworkSettings network, const ExportSettings& settings)
    : tls_(std::move(tls)),
      network_(std::move(network)),
      format_(settings.format),
      most_events_(HasLines(settings.format) ? static_cast<std::size_t>(settings.batch) : 1),
      most_kept_(static_cast<std::size_t>(ConnectionsToSink(settings))) {}

Result<HttpBody> HttpSink::BodyOf(std::span<const ExportedEvent> events) const {
  HttpBody body{kJsonType, {}, {}};
  if (HasLines(format_)) {
    body.type = kJsonLinesType;
    for (const auto& event : events) body.bytes += event.json + "\n";
  } else {
    body.bytes = events.front().json;
  }
  if (!IsCompressed(format_)) return body;
  body.encoding = "gzip";
  ASSIGN_OR_RETURN(body.bytes, Gzip(body.bytes));
  return body;
}

HttpSink::Connection HttpSink::TakeKept(const std::string& server) {
  const MutexLock lock(mutex_);
  const auto found = std::find_if(kept_.rbegin(), kept_.rend(), [&](const auto& one) { return one.first == server; });
  if (found == kept_.rend()) return nullptr;
  Connection connection = std::move(found->second);
  kept_.erase(std::next(found).base());
  return connection;
}

void HttpSink::Keep(const std::string& server, Connection connection) {
  const MutexLock lock(mutex_);
  kept_.emplace_back(server, std::move(connection));
  if (kept_.size() > most_kept_) kept_.erase(kept_.begin());
}

TlsOptions HttpSink::TlsFor(const std::string& host) const {
  TlsOptions tls;
  tls.server_name = host;
  tls.authorities_pem = tls_.authorities_pem;
  tls.certificate = tls_.certificate;
  tls.chain = tls_.chain;
  tls.key_pem = tls_.key_pem.Clone();
  tls.reads_ahead = true;
  return tls;
}

// Sends a body over a kept connection, or over a new one when there is none or the server has closed it.
Result<HttpReply> HttpSink::Exchange(const HttpUrl& url, const HttpBody& body) {
  const std::string server = FormatHostPort(url.address);
  while (true) {
    Connection connection = TakeKept(server);
    if (connection == nullptr) {
      ASSIGN_OR_RETURN(connection, HttpConnection::Connect(url, TlsFor(url.address.host), network_));
    }

    const auto reply = connection->Post(url.path, body);
    if (!reply && connection->unanswered()) continue;
    if (reply && reply->keeps) Keep(server, std::move(connection));
    return reply;
  }
}

Status HttpSink::Send(const std::string& url, std::span<const ExportedEvent> events,
                      std::chrono::seconds& retry_after) {
  ASSIGN_OR_RETURN(const HttpUrl parsed, ParseHttpUrl(url));
  ASSIGN_OR_RETURN(const HttpBody body, BodyOf(events));
  ASSIGN_OR_RETURN(const HttpReply reply, Exchange(parsed, body));
  if (reply.status >= 200 && reply.status <= 299) return {};
  retry_after = reply.retry_after.value_or(std::chrono::seconds(0));
  return Fail(KindOfHttpStatus(reply.status), "{} answers with HTTP status {}", url, reply.status);
}

}  // namespace sallyport
