#include "libbase/log.h"

#include <array>

#include "libbase/json.h"
#include "libbase/log_output.h"
#include "libbase/time.h"

namespace sallyport {
namespace {

LogOptions g_options;
constexpr std::array kLevelNames{"debug", "info", "warning", "error"};

std::string Line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  const char* name = kLevelNames[static_cast<std::size_t>(level)];
  if (g_options.json) {
    Value line = Value::EmptyMap();
    if (LogTarget().time) line.Set("timestamp", FormatTime(Now()));
    if (LogTarget().level) line.Set("level", name);
    line.Set("message", message);
    for (const auto& [key, value] : fields) line.Set(key, value);
    return ToJson(line) + "\n";
  }
  std::string line;
  if (LogTarget().time) line += FormatTime(Now()) + " ";
  if (LogTarget().level) line += fmt::format("{:<7} ", name);
  line += message;
  for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, ToJson(Value(value)));
  return line + "\n";
}

}  // namespace

void SetLogOptions(LogOptions options) { g_options = options; }

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < g_options.level) return;
  WriteLogLine(Line(level, message, fields));
}

}  // namespace sallyport
