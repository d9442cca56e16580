#include "libbase/file.h"
#include "libbase/log.h"
#include "tools/teleport-event-handler/commands.h"

namespace sallyport {

Result<ExportSettings> ReadConfiguration(const Invocation& invocation) {
  const auto options = GivenToProgram<HandlerOptions>(invocation);
  ExportSettings settings;
  if (!options.config.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(options.config));
    ASSIGN_OR_RETURN(const auto notes, ReadExportFile(settings, text, options.config, options.strict));
    for (const auto& note : notes) Log(LogLevel::kWarning, note);
  }
  settings.debug = settings.debug || options.debug;
  return settings;
}

}  // namespace sallyport
