// The settings of teleport-event-handler: a table of names, keys of the TOML file and variables (docs/protocol/audit.md
// #event-handler). Options and variables of the environment win over the file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"

namespace sallyport {

// The body of a request to the sink.
enum class SinkFormat {
  kJson,           // one event
  kJsonGzip,       // one event, compressed
  kJsonLines,      // events, one a line
  kJsonLinesGzip,  // the same, compressed
};

struct ExportSettings {
  std::string address = "localhost:3025";  // of a proxy or an auth service
  std::string identity;                    // an identity file, or the three files below
  std::string ca;
  std::string cert;
  std::string key;
  bool refresh = false;  // reads the identity file again at the interval
  Nanoseconds refresh_interval = std::chrono::minutes(1);

  std::string url;          // of the sink, for events
  std::string session_url;  // for events of recordings: URL.SESSION.log
  std::string sink_ca;
  std::string sink_cert;
  std::string sink_key;
  int max_connections = 0;  // to the sink; 0: twice the concurrency

  SinkFormat format = SinkFormat::kJson;
  bool chain = false;  // events have their place in the hash chain

  std::string storage;
  int batch = 20;  // events of a request to the sink as lines, and of an answer where the log is polled
  std::vector<std::string> types;
  std::vector<std::string> skip_event_types;
  std::vector<std::string> skip_session_types{"print", "desktop.recording"};
  std::optional<Time> start_time;
  Nanoseconds timeout = std::chrono::seconds(5);  // between polls without news
  Nanoseconds window_size = std::chrono::hours(24);
  int concurrency = 5;  // sessions at a time
  bool dry_run = false;
  bool exit_on_last_event = false;

  bool lock = false;
  int lock_attempts = 3;
  Nanoseconds lock_period = std::chrono::minutes(1);
  Nanoseconds lock_for{0};  // 0: for ever

  std::string diagnostics;  // HOST:PORT of /livez, /readyz and /metrics; empty: none
  std::string pid_file;     // empty: none
  bool debug = false;
};

// Returns how many connections to the sink there may be.
int ConnectionsToSink(const ExportSettings& settings);

// One setting. Its value is a text, also of numbers, flags (true, false), times, and lists (commas between).
struct ExportSettingRow {
  std::string_view name;  // of the option, without its dashes
  std::string_view keys;  // of the file, with spaces between: the first is the one to use
  Status (*set)(ExportSettings& settings, std::string_view value) = nullptr;  // nullptr: accepted, without effect
};

std::span<const ExportSettingRow> ExportSettingRows();

// Sets a setting by its name. Fails with kBadParameter and the name.
Status SetExportSetting(ExportSettings& settings, std::string_view name, std::string_view value);

// Sets what a file says, and returns a note for each key that is not known; with `strict` an unknown key fails. Fails
// with kBadParameter and file, line and key.
Result<std::vector<std::string>> ReadExportFile(ExportSettings& settings, std::string_view text,
                                                std::string_view source, bool strict);

// Checks that what is needed is there, and that settings fit together. Fails with kBadParameter.
Status CheckExportSettings(const ExportSettings& settings);

}  // namespace sallyport
