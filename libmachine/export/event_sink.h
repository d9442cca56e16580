// Sends events to an HTTP endpoint such as Fluentd's over connections that are kept.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libclient/http/http_connection.h"
#include "libmachine/export/export_settings.h"
#include "libmachine/export/exported_event.h"

namespace sallyport {

// A request whose answer was not read.
class PendingSend {
 public:
  virtual ~PendingSend() = default;
  // Returns as EventSink::Send does. Call it once, on the thread that began the request.
  virtual Status Wait(std::chrono::seconds& retry_after) = 0;
};

// Takes events. Safe from several threads.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // The number of events that one request may have.
  virtual std::size_t most_events() const = 0;
  // Returns after the sink has the events of a request, at least one. Fails with kConnectionProblem, or with the kind
  // of the sink's HTTP status; `retry_after` is how long the sink wants to be left alone.
  virtual Status Send(const std::string& url, std::span<const ExportedEvent> events,
                      std::chrono::seconds& retry_after) = 0;
  // Begins a request, without waiting for the answer: a thread has several requests under way. What is given, and the
  // sink, outlive the result. Here the request is sent when its answer is waited for.
  virtual std::unique_ptr<PendingSend> Begin(const std::string& url, std::span<const ExportedEvent> events);
};

// POSTs to URLs of one server.
class HttpSink : public EventSink {
 public:
  // Reads the files of the settings. Fails with kNotFound or kBadParameter, naming the file.
  static Result<std::unique_ptr<HttpSink>> Make(const ExportSettings& settings, const NetworkSettings& network);

  std::size_t most_events() const override { return most_events_; }
  Status Send(const std::string& url, std::span<const ExportedEvent> events, std::chrono::seconds& retry_after) override
      EXCLUDES(mutex_);
  std::unique_ptr<PendingSend> Begin(const std::string& url, std::span<const ExportedEvent> events) override
      EXCLUDES(mutex_);

 private:
  using Connection = std::unique_ptr<HttpConnection>;
  HttpSink(TlsOptions tls, NetworkSettings network, const ExportSettings& settings);
  Connection TakeKept(const std::string& server) EXCLUDES(mutex_);
  void Keep(const std::string& server, Connection connection) EXCLUDES(mutex_);
  TlsOptions TlsFor(const std::string& host) const;
  Result<HttpBody> BodyOf(std::span<const ExportedEvent> events) const;
  class Request;
  Result<Connection> Connect(const HttpUrl& url) EXCLUDES(mutex_);

  const TlsOptions tls_;
  const NetworkSettings network_;
  const SinkFormat format_;
  const std::size_t most_events_;
  const std::size_t most_kept_;
  Mutex mutex_;
  std::vector<std::pair<std::string, Connection>> kept_ GUARDED_BY(mutex_);  // by server, the last used at the end
};

}  // namespace sallyport
