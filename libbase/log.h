// Writes the log of the long-running programs: one line per event on stderr, as text or as JSON. Thread-safe. Secrets
// have no formatter and cannot be logged; values from outside are written as JSON strings.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sallyport {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  bool json = false;
};

// Sets the options of the whole process. Call it once, before other threads start.
void SetLogOptions(LogOptions options);

using LogField = std::pair<std::string_view, std::string>;

// Writes one event: a fixed message, with variable values as fields.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace sallyport
