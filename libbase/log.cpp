#include "libbase/log.h"

#include <unistd.h>

#include <array>

#include "libbase/json.h"
#include "libbase/time.h"

namespace sallyport {
namespace {

LogOptions g_options;
constexpr std::array kLevelNames{"debug", "info", "warning", "error"};

std::string Line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  const char* name = kLevelNames[static_cast<std::size_t>(level)];
  if (g_options.json) {
    Value line = Value::EmptyMap();
    line.Set("time", FormatTime(Now()));
    line.Set("level", name);
    line.Set("message", message);
    for (const auto& [key, value] : fields) line.Set(key, value);
    return ToJson(line) + "\n";
  }
  std::string line = fmt::format("{} {:<7} {}", FormatTime(Now()), name, message);
  for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, ToJson(Value(value)));
  return line + "\n";
}

}  // namespace

void SetLogOptions(LogOptions options) { g_options = options; }

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < g_options.level) return;
  const std::string line = Line(level, message, fields);
  // One write, so that lines of several threads do not mix; a full or closed stderr must not stop the program.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sallyport
