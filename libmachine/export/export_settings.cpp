#include "libmachine/export/export_settings.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/address.h"
#include "libbase/text.h"
#include "libbase/toml.h"
#include "libbase/value_fields.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr int kMostConnections = 1000;
constexpr std::pair<std::string_view, SinkFormat> kFormats[] = {{"json", SinkFormat::kJson},
                                                                {"json-gzip", SinkFormat::kJsonGzip},
                                                                {"json-lines", SinkFormat::kJsonLines},
                                                                {"json-lines-gzip", SinkFormat::kJsonLinesGzip}};

std::unexpected<Error> NotOfForm(std::string_view value, std::string_view form) {
  return Fail(ErrorKind::kBadParameter, "\"{}\" is not {}", StripControl(value), form);
}

Status Assign(std::string& to, std::string_view value) {
  to = value;
  return {};
}

Status Assign(bool& to, std::string_view value) {
  if (value != "true" && value != "false") return NotOfForm(value, "true or false");
  to = value == "true";
  return {};
}

Status Assign(int& to, std::string_view value) {
  const auto number = ReadWholeNumber<int>(value);
  if (!number || *number < 1 || *number > 100'000) return NotOfForm(value, "a number from 1 to 100000");
  to = *number;
  return {};
}

Status Assign(Nanoseconds& to, std::string_view value) {
  const auto duration = ParseDuration(value);
  if (!duration || *duration < Nanoseconds(0)) return NotOfForm(value, "a duration such as 10s or 24h");
  to = *duration;
  return {};
}

Status Assign(std::optional<Time>& to, std::string_view value) {
  const auto time = ParseTime(value);
  if (!time) return NotOfForm(value, "a time such as 2026-01-31T08:00:00Z");
  to = std::chrono::floor<std::chrono::seconds>(*time);
  return {};
}

Status Assign(SinkFormat& to, std::string_view value) {
  const auto* const found = std::ranges::find(kFormats, value, &std::pair<std::string_view, SinkFormat>::first);
  if (found == std::end(kFormats)) return NotOfForm(value, "json, json-gzip, json-lines or json-lines-gzip");
  to = found->second;
  return {};
}

Status Assign(std::vector<std::string>& to, std::string_view value) {
  to = SplitNonEmpty(value, ',');
  return {};
}

template <auto Member>
Status Set(ExportSettings& settings, std::string_view value) {
  return Assign(settings.*Member, value);
}

using S = ExportSettings;

// A key with dots is a key in tables. Teleport looks for a name with its dashes as dots, then for the name itself.
constexpr ExportSettingRow kSettingRows[] = {
    {"storage", "storage", &Set<&S::storage>},
    {"timeout", "timeout", &Set<&S::timeout>},
    {"batch", "batch", &Set<&S::batch>},
    {"window-size", "window-size window.size", &Set<&S::window_size>},
    {"types", "types", &Set<&S::types>},
    {"skip-event-types", "skip-event-types skip.event.types", &Set<&S::skip_event_types>},
    {"skip-session-types", "skip-session-types skip.session.types", &Set<&S::skip_session_types>},
    {"start-time", "start-time start.time", &Set<&S::start_time>},
    {"concurrency", "concurrency", &Set<&S::concurrency>},
    {"dry-run", "dry-run dry.run", &Set<&S::dry_run>},
    {"exit-on-last-event", "exit-on-last-event exit.on.last.event", &Set<&S::exit_on_last_event>},
    {"debug", "debug", &Set<&S::debug>},
    {"chain", "chain", &Set<&S::chain>},
    {"diag-addr", "diag-addr diag.addr", &Set<&S::diagnostics>},
    {"pid-file", "pid-file pid.file", &Set<&S::pid_file>},
    {"namespace", "namespace", nullptr},

    {"fluentd-url", "forward.fluentd.url fluentd-url", &Set<&S::url>},
    {"fluentd-session-url", "forward.fluentd.session-url fluentd-session-url", &Set<&S::session_url>},
    {"format", "forward.fluentd.format format", &Set<&S::format>},
    {"fluentd-ca", "forward.fluentd.ca fluentd-ca", &Set<&S::sink_ca>},
    {"fluentd-cert", "forward.fluentd.cert fluentd-cert", &Set<&S::sink_cert>},
    {"fluentd-key", "forward.fluentd.key fluentd-key", &Set<&S::sink_key>},
    {"fluentd-max-connections", "forward.fluentd.max-connections fluentd-max-connections", &Set<&S::max_connections>},

    {"teleport-addr", "teleport.addr teleport-addr", &Set<&S::address>},
    {"teleport-identity", "teleport.identity teleport-identity", &Set<&S::identity>},
    {"teleport-ca", "teleport.ca teleport-ca", &Set<&S::ca>},
    {"teleport-cert", "teleport.cert teleport-cert", &Set<&S::cert>},
    {"teleport-key", "teleport.key teleport-key", &Set<&S::key>},
    {"teleport-refresh-enabled", "teleport.refresh.enabled teleport-refresh-enabled", &Set<&S::refresh>},
    {"teleport-refresh-interval", "teleport.refresh.interval teleport-refresh-interval", &Set<&S::refresh_interval>},

    {"lock-enabled", "lock.enabled lock-enabled", &Set<&S::lock>},
    {"lock-failed-attempts-count", "lock.failed-attempts-count lock.failed.attempts.count lock-failed-attempts-count",
     &Set<&S::lock_attempts>},
    {"lock-period", "lock.period lock-period", &Set<&S::lock_period>},
    {"lock-for", "lock.for lock-for", &Set<&S::lock_for>},
};

const ExportSettingRow* RowOfKey(std::string_view key) {
  for (const auto& row : kSettingRows) {
    const auto keys = SplitNonEmpty(row.keys, ' ');
    if (std::ranges::find(keys, key) != keys.end()) return &row;
  }
  return nullptr;
}

Result<std::string> TextOfScalar(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_bool()) return std::string(value.as_bool() ? "true" : "false");
  if (value.is_int()) return fmt::format("{}", value.as_int());
  return Fail(ErrorKind::kBadParameter, "{} is not a value of a setting", TypeName(value));
}

Result<std::string> TextOfSetting(const Value& value) {
  if (!value.is_list()) return TextOfScalar(value);
  std::vector<std::string> items;
  for (const Value& item : value.as_list()) {
    ASSIGN_OR_RETURN(std::string text, TextOfScalar(item));
    items.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(items, ","));
}

// Reads the tables of a file into settings.
class FileReader {
 public:
  FileReader(ExportSettings& settings, std::string_view source, bool strict)
      : settings_(settings), source_(source), strict_(strict) {}

  Status Read(const Value& table, const std::string& prefix) {
    for (const auto& [name, value] : table.as_map()) {
      const std::string key = prefix + name;
      if (value.is_map()) {
        RETURN_IF_ERROR(Read(value, key + "."));
      } else {
        RETURN_IF_ERROR(Take(key, value));
      }
    }
    return {};
  }
  std::vector<std::string> TakeNotes() { return std::move(notes_); }

 private:
  Status Take(const std::string& key, const Value& value) {
    const ExportSettingRow* const row = RowOfKey(key);
    if (row == nullptr) return Unknown(key, value);
    if (row->set == nullptr) return {};
    const auto text = TextOfSetting(value);
    const Status set = text ? row->set(settings_, *text) : std::unexpected(text.error());
    if (set) return {};
    return std::unexpected(InContext(fmt::format("{}: {}", PlaceIn(source_, value), key), set.error()));
  }

  Status Unknown(const std::string& key, const Value& value) {
    std::vector<std::string> known;
    for (const auto& row : kSettingRows) known.push_back(SplitNonEmpty(row.keys, ' ').front());
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto meant = DidYouMean(key, std::span<const std::string_view>(names));
    const std::string hint = meant ? fmt::format("did you mean \"{}\"?", *meant) : "";
    const std::string text = fmt::format("{}: unknown key \"{}\"", PlaceIn(source_, value), StripControl(key));
    if (strict_) return FailWithHint(ErrorKind::kBadParameter, text, hint);
    notes_.push_back(hint.empty() ? text : text + ": " + hint);
    return {};
  }

  ExportSettings& settings_;
  const std::string_view source_;
  const bool strict_;
  std::vector<std::string> notes_;
};

Status CheckUrl(std::string_view name, std::string_view url) {
  if (url.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{} is missing", name),
                        "teleport-event-handler configure writes a configuration with it");
  }
  if (url.starts_with("https://") || url.starts_with("http://")) return {};
  return Fail(ErrorKind::kBadParameter, "{}: \"{}\" is not a URL of https or http", name, StripControl(url));
}

Status CheckCredentials(const ExportSettings& settings) {
  const bool files = !settings.cert.empty() || !settings.key.empty() || !settings.ca.empty();
  const bool all = !settings.cert.empty() && !settings.key.empty() && !settings.ca.empty();
  if (settings.identity.empty() && !files) {
    return FailWithHint(ErrorKind::kBadParameter, "teleport.identity is missing",
                        "make an identity file: tbot, or tctl auth sign --user=teleport-event-handler --out=identity");
  }
  if (!settings.identity.empty() && files) {
    return Fail(ErrorKind::kBadParameter, "teleport.identity and teleport.cert, key and ca exclude each other");
  }
  if (files && !all)
    return Fail(ErrorKind::kBadParameter, "teleport.cert, teleport.key and teleport.ca belong together");
  return {};
}

}  // namespace

int ConnectionsToSink(const ExportSettings& settings) {
  return settings.max_connections > 0 ? settings.max_connections : 2 * settings.concurrency;
}

std::span<const ExportSettingRow> ExportSettingRows() { return kSettingRows; }

Status SetExportSetting(ExportSettings& settings, std::string_view name, std::string_view value) {
  const auto* const row = std::ranges::find(kSettingRows, name, &ExportSettingRow::name);
  if (row == std::end(kSettingRows)) return Fail(ErrorKind::kInternal, "there is no setting {}", name);
  if (row->set == nullptr) return {};
  const Status set = row->set(settings, value);
  return set ? set : std::unexpected(InContext("--" + std::string(name), set.error()));
}

Result<std::vector<std::string>> ReadExportFile(ExportSettings& settings, std::string_view text,
                                                std::string_view source, bool strict) {
  ASSIGN_OR_RETURN(const Value document, ParseToml(text, source));
  FileReader reader(settings, source, strict);
  RETURN_IF_ERROR(reader.Read(document, ""));
  return reader.TakeNotes();
}

Status CheckExportSettings(const ExportSettings& settings) {
  RETURN_IF_ERROR(CheckUrl("forward.fluentd.url", settings.url));
  RETURN_IF_ERROR(CheckUrl("forward.fluentd.session-url", settings.session_url));
  if (settings.sink_cert.empty() != settings.sink_key.empty()) {
    return Fail(ErrorKind::kBadParameter, "forward.fluentd.cert and forward.fluentd.key belong together");
  }
  if (settings.storage.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "storage is missing", "give a folder that only this handler uses");
  }
  if (settings.max_connections > kMostConnections) {
    return Fail(ErrorKind::kBadParameter, "forward.fluentd.max-connections must be at most {}", kMostConnections);
  }
  RETURN_IF_ERROR(CheckCredentials(settings));

  const auto address = ParseHostPort(settings.address, 0);
  if (address && address->port != 0 && !address->host.empty()) return {};
  return Fail(ErrorKind::kBadParameter, "teleport.addr: \"{}\" is not HOST:PORT", StripControl(settings.address));
}

}  // namespace sallyport
