#include "libmachine/export/event_sink.h"

#include <algorithm>

#include "libbase/file.h"

namespace sallyport {
namespace {

constexpr const char* kJsonType = "application/json";

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
  const int most = settings.max_connections > 0 ? settings.max_connections : 2 * settings.concurrency;
  return std::unique_ptr<HttpSink>(new HttpSink(std::move(tls), network, static_cast<std::size_t>(most)));
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
  return tls;
}

// Sends an event over a kept connection, or over a new one when there is none or the server has closed it.
Result<HttpReply> HttpSink::Exchange(const HttpUrl& url, const ExportedEvent& event) {
  const std::string server = FormatHostPort(url.address);
  while (true) {
    Connection connection = TakeKept(server);
    if (connection == nullptr) {
      ASSIGN_OR_RETURN(connection, HttpConnection::Connect(url, TlsFor(url.address.host), network_));
    }

    const auto reply = connection->Post(url.path, kJsonType, event.json);
    if (!reply && connection->unanswered()) continue;
    if (reply && reply->keeps) Keep(server, std::move(connection));
    return reply;
  }
}

Status HttpSink::Send(const std::string& url, const ExportedEvent& event, std::chrono::seconds& retry_after) {
  ASSIGN_OR_RETURN(const HttpUrl parsed, ParseHttpUrl(url));
  ASSIGN_OR_RETURN(const HttpReply reply, Exchange(parsed, event));
  if (reply.status >= 200 && reply.status <= 299) return {};
  retry_after = reply.retry_after.value_or(std::chrono::seconds(0));
  return Fail(KindOfHttpStatus(reply.status), "{} answers with HTTP status {}", url, reply.status);
}

}  // namespace sallyport
