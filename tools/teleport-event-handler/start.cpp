// teleport-event-handler start: exports the audit log until a signal ends it.
#include <poll.h>
#include <unistd.h>

#include <thread>

#include "libbase/file.h"
#include "libbase/log.h"
#include "libbase/memory_trim.h"
#include "libclient/environment.h"
#include "libmachine/export/event_export.h"
#include "libmachine/export/event_sink.h"
#include "libmachine/export/export_pages.h"
#include "libmachine/export/export_settings.h"
#include "libmachine/export/export_storage.h"
#include "libmachine/export/remote_audit_source.h"
#include "libresources/codec/linked_messages.h"
#include "tools/shell/service.h"
#include "tools/teleport-event-handler/commands.h"

namespace sallyport {
namespace {

// How long deliveries may go on after the signal that ends the program.
constexpr std::chrono::seconds kExportStopTime{10};
constexpr mode_t kPidFileMode = 0644;

// The settings that are given by options; a setting that is not given is not there.
struct StartExport {
  std::optional<std::string> storage, timeout, batch, window_size, types, skip_event_types, skip_session_types,
      start_time, concurrency;
  std::optional<std::string> diagnostics, pid_file, format;
  std::optional<std::string> url, session_url, sink_ca, sink_cert, sink_key, max_connections;
  std::optional<std::string> address, identity, ca, cert, key, refresh_interval;
  std::optional<std::string> lock_attempts, lock_period, lock_for;
  std::optional<bool> dry_run, exit_on_last_event, refresh, lock, chain;
};

template <auto Member>
std::optional<std::string> TextOption(const StartExport& given) {
  const auto& value = given.*Member;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::optional<bool>>) {
    if (!value) return std::nullopt;
    return std::string(*value ? "true" : "false");
  } else {
    return value;
  }
}

// An option, and the setting of the same name that it sets.
struct StartRow {
  Option option;
  std::optional<std::string> (*given)(const StartExport& given);
};

template <auto Member>
StartRow Row(std::string_view name, std::string_view value_name, std::string_view help,
             std::string_view environment = {}, bool whole = false) {
  return {{.name = name,
           .value_name = value_name,
           .help = help,
           .environment = environment,
           .whole_values = whole,
           .into = Into<Member>},
          &TextOption<Member>};
}

using S = StartExport;

// The spelling FDWRD of some variables is Teleport's.
std::vector<StartRow> SinkRows() {
  return {
      Row<&S::url>("fluentd-url", "URL", "URL that events are posted to", "FDFWD_FLUENTD_URL"),
      Row<&S::session_url>("fluentd-session-url", "URL", "URL for recordings: URL.SESSION.log",
                           "FDFWD_FLUENTD_SESSION_URL"),
      Row<&S::format>("format", "FORMAT", "json, json-gzip, json-lines or json-lines-gzip (default json)",
                      "FDFWD_FORMAT"),
      Row<&S::chain>("chain", "", "Send each event with its place in the hash chain of the log", "FDFWD_CHAIN"),
      Row<&S::sink_cert>("fluentd-cert", "FILE", "Client certificate for Fluentd", "FDWRD_FLUENTD_CERT"),
      Row<&S::sink_key>("fluentd-key", "FILE", "Key of the client certificate", "FDWRD_FLUENTD_KEY"),
      Row<&S::sink_ca>("fluentd-ca", "FILE", "Certificate authority of Fluentd (default the system's)",
                       "FDWRD_FLUENTD_CA"),
      Row<&S::max_connections>("fluentd-max-connections", "N", "Connections to Fluentd (default twice --concurrency)",
                               "FDWRD_MAX_CONNECTIONS"),

  };
}

std::vector<StartRow> ClusterRows() {
  return {
      Row<&S::address>("teleport-addr", "HOST:PORT", "Proxy or auth service (default localhost:3025)",
                       "FDFWD_TELEPORT_ADDR"),
      Row<&S::identity>("teleport-identity", "FILE", "Identity file", "FDFWD_TELEPORT_IDENTITY"),
      Row<&S::refresh>("teleport-refresh-enabled", "", "Read the identity file again at an interval",
                       "FDFWD_TELEPORT_REFRESH_ENABLED"),
      Row<&S::refresh_interval>("teleport-refresh-interval", "DURATION", "How often (default 1m)",
                                "FDFWD_TELEPORT_REFRESH_INTERVAL"),
      Row<&S::ca>("teleport-ca", "FILE", "Certificate authorities, in place of --teleport-identity",
                  "FDFWD_TELEPORT_CA"),
      Row<&S::cert>("teleport-cert", "FILE", "Certificate, in place of --teleport-identity", "FDWRD_TELEPORT_CERT"),
      Row<&S::key>("teleport-key", "FILE", "Key, in place of --teleport-identity", "FDWRD_TELEPORT_KEY"),

  };
}

std::vector<StartRow> ExportRows() {
  return {
      Row<&S::storage>("storage", "DIR", "Folder that keeps how far the export is", "FDFWD_STORAGE"),
      Row<&S::batch>("batch", "N", "Events of a request (default 20)", "FDFWD_BATCH"),
      Row<&S::types>("types", "TYPE,...", "Types of events to export (default all)", "FDFWD_TYPES", true),
      Row<&S::skip_event_types>("skip-event-types", "TYPE,...", "Types of events to leave out",
                                "FDFWD_SKIP_EVENT_TYPES", true),
      Row<&S::skip_session_types>("skip-session-types", "TYPE,...",
                                  "Types of events of recordings to leave out (default print,desktop.recording)",
                                  "FDFWD_SKIP_SESSION_TYPES", true),
      Row<&S::start_time>("start-time", "TIME", "Oldest event, at the first start (RFC 3339; default now)",
                          "FDFWD_START_TIME"),
      Row<&S::timeout>("timeout", "DURATION", "Pause when there is nothing new (default 5s)", "FDFWD_TIMEOUT"),
      Row<&S::window_size>("window-size", "DURATION", "Time that one search covers (default 24h)"),
      Row<&S::concurrency>("concurrency", "N", "Recordings at a time (default 5)"),
      Row<&S::dry_run>("dry-run", "", "Read events, and send none; with a folder of its own"),
      Row<&S::exit_on_last_event>("exit-on-last-event", "", "End when all events are sent"),

      Row<&S::diagnostics>("diag-addr", "HOST:PORT", "Serve /livez, /readyz and /metrics", "FDFWD_DIAG_ADDR"),
      Row<&S::pid_file>("pid-file", "FILE", "Write the process id to a file", "FDFWD_PID_FILE"),

  };
}

std::vector<StartRow> LockRows() {
  return {
      Row<&S::lock>("lock-enabled", "", "Lock users whose logins fail too often; strangers can make them fail",
                    "FDFWD_LOCKING_ENABLED"),
      Row<&S::lock_attempts>("lock-failed-attempts-count", "N", "Failed logins within --lock-period (default 3)",
                             "FDFWD_LOCKING_FAILED_ATTEMPTS"),
      Row<&S::lock_period>("lock-period", "DURATION", "Period of the failed logins (default 1m)",
                           "FDFWD_LOCKING_PERIOD"),
      Row<&S::lock_for>("lock-for", "DURATION", "How long a lock lasts (default for ever)", "FDFWD_LOCKING_FOR"),
  };
}

std::vector<StartRow> StartRows() {
  std::vector<StartRow> rows;
  for (auto* part : {&SinkRows, &ClusterRows, &ExportRows, &LockRows}) {
    for (StartRow& row : part()) rows.push_back(std::move(row));
  }
  return rows;
}

// Returns the settings of the file, and of the options over them.
Result<ExportSettings> SettingsOf(const Invocation& invocation, const StartExport& given) {
  ASSIGN_OR_RETURN(ExportSettings settings, ReadConfiguration(invocation));
  for (const StartRow& row : StartRows()) {
    if (const auto value = row.given(given)) RETURN_IF_ERROR(SetExportSetting(settings, row.option.name, *value));
  }
  RETURN_IF_ERROR(CheckExportSettings(settings));
  return settings;
}

// Takes events without sending them.
class NoSink : public EventSink {
 public:
  std::size_t most_events() const override { return 1; }
  Status Send(const std::string&, std::span<const ExportedEvent> events, std::chrono::seconds&) override {
    Log(LogLevel::kInfo, "dry run: an event is not sent",
        {{"event", events.front().id}, {"type", events.front().type}});
    return {};
  }
};

// Lets the threads of an export end, on each way out of the function that has the export.
struct EndSessions {
  StopSignal& stop;
  ~EndSessions() { stop.Stop(); }
};

// A file with the id of this process, as long as the value lives.
class PidFile {
 public:
  // Writes no file for "".
  static Result<PidFile> Write(const std::string& path) {
    if (!path.empty()) RETURN_IF_ERROR(WriteFile(path, fmt::format("{}\n", ::getpid()), kPidFileMode));
    return PidFile(path);
  }
  PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PidFile& operator=(PidFile&&) = delete;
  ~PidFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

 private:
  explicit PidFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Reads the identity again at the interval, until the export has ended.
void RefreshAtInterval(const ExportSettings& settings, const StopSignal& done, RemoteAuditSource& source) {
  const auto interval = std::chrono::duration_cast<std::chrono::steady_clock::duration>(settings.refresh_interval);
  while (!WaitFor(done.descriptor(), POLLIN, std::chrono::steady_clock::now() + interval)) source.RefreshIdentity();
}

Result<Output> StartExporting(const Invocation& invocation, const StartExport& given) {
  UseOneHeap();
  RegisterLinkedMessages();
  const UniqueFd signals = TakeServiceSignals();
  ASSIGN_OR_RETURN(const ExportSettings settings, SettingsOf(invocation, given));
  SetLogOptions({.level = settings.debug ? LogLevel::kDebug : LogLevel::kInfo});
  const NetworkSettings network = NetworkFromEnvironment(invocation.Environment(), false);

  std::unique_ptr<EventSink> sink = std::make_unique<NoSink>();
  if (!settings.dry_run) {
    ASSIGN_OR_RETURN(sink, HttpSink::Make(settings, network));
  }
  ASSIGN_OR_RETURN(const auto storage, ExportStorage::Open(settings.storage, settings.address, settings.dry_run));
  RemoteAuditSource source(settings, network);
  StopSignal stop;
  StopSignal done;
  EventExport exporting(settings, source, *sink, *storage, stop);
  const EndSessions end_sessions{stop};
  ASSIGN_OR_RETURN(const auto servers, ServeExport(settings.diagnostics, storage->path(), exporting.progress()));
  ASSIGN_OR_RETURN(const auto pid_file, PidFile::Write(settings.pid_file));

  Status result;
  std::thread work([&] {
    result = exporting.Run();
    stop.Stop();
    done.Stop();
  });
  std::thread refresh;
  if (settings.refresh) refresh = std::thread([&] { RefreshAtInterval(settings, done, source); });
  const auto refresh_identity = [&](std::string_view) {
    const bool other = source.RefreshIdentity();
    Log(LogLevel::kInfo, other ? "the identity is read again" : "the identity is the same as before");
  };
  ServeServiceSignals(signals, done, {refresh_identity, [&] { stop.Stop(); }, kExportStopTime});
  work.join();
  if (refresh.joinable()) refresh.join();
  RETURN_IF_ERROR(result);
  return Output::Nothing();
}

}  // namespace

Command StartExportCommand() {
  Command command{.path = "start",
                  .summary = "Send the audit log of a cluster to Fluentd",
                  .example = "teleport-event-handler start -c teleport-event-handler.toml",
                  .formats = "",
                  .run = RunWith<StartExporting>};
  for (const StartRow& row : StartRows()) command.options.push_back(row.option);
  return command;
}

}  // namespace sallyport
