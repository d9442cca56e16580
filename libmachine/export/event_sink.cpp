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

// A request that is sent when its answer is waited for.
class LateSend : public PendingSend {
 public:
  LateSend(EventSink& sink, std::string url, std::span<const ExportedEvent> events)
      : sink_(sink), url_(std::move(url)), events_(events) {}
  Status Wait(std::chrono::seconds& retry_after) override { return sink_.Send(url_, events_, retry_after); }

 private:
  EventSink& sink_;
  const std::string url_;
  const std::span<const ExportedEvent> events_;
};

}  // namespace

std::unique_ptr<PendingSend> EventSink::Begin(const std::string& url, std::span<const ExportedEvent> events) {
  return std::make_unique<LateSend>(*this, url, events);
}

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

// Returns a kept connection, or a new one.
Result<HttpSink::Connection> HttpSink::Connect(const HttpUrl& url) {
  if (Connection kept = TakeKept(FormatHostPort(url.address))) return kept;
  return HttpConnection::Connect(url, TlsFor(url.address.host), network_);
}

// A request of an HTTP sink.
class HttpSink::Request : public PendingSend {
 public:
  Request(HttpSink& sink, std::string url, std::span<const ExportedEvent> events)
      : sink_(sink), url_(std::move(url)), events_(events) {}

  // Sends the request. A failure is returned by Wait.
  void Begin() {
    begun_ = Prepare();
    if (begun_) begun_ = Send();
  }

  Status Wait(std::chrono::seconds& retry_after) override {
    while (true) {
      if (!begun_ && (connection_ == nullptr || !connection_->unanswered())) return begun_;
      const auto reply = begun_ ? connection_->Receive() : std::unexpected(begun_.error());
      if (reply) return Take(*reply, retry_after);
      if (!connection_->unanswered()) return std::unexpected(reply.error());
      // The server has closed the kept connection before the request.
      begun_ = Send();
    }
  }

 private:
  Status Prepare() {
    ASSIGN_OR_RETURN(parsed_, ParseHttpUrl(url_));
    ASSIGN_OR_RETURN(body_, sink_.BodyOf(events_));
    return {};
  }

  Status Send() {
    connection_.reset();
    ASSIGN_OR_RETURN(connection_, sink_.Connect(parsed_));
    return connection_->Post(parsed_.path, body_);
  }

  Status Take(const HttpReply& reply, std::chrono::seconds& retry_after) {
    if (reply.keeps) sink_.Keep(FormatHostPort(parsed_.address), std::move(connection_));
    if (reply.status >= 200 && reply.status <= 299) return {};
    retry_after = reply.retry_after.value_or(std::chrono::seconds(0));
    return Fail(KindOfHttpStatus(reply.status), "{} answers with HTTP status {}", url_, reply.status);
  }

  HttpSink& sink_;
  const std::string url_;
  const std::span<const ExportedEvent> events_;
  HttpUrl parsed_;
  HttpBody body_;
  Connection connection_;
  Status begun_;
};

std::unique_ptr<PendingSend> HttpSink::Begin(const std::string& url, std::span<const ExportedEvent> events) {
  auto request = std::make_unique<Request>(*this, url, events);
  request->Begin();
  return request;
}

Status HttpSink::Send(const std::string& url, std::span<const ExportedEvent> events,
                      std::chrono::seconds& retry_after) {
  return Begin(url, events)->Wait(retry_after);
}

}  // namespace sallyport
