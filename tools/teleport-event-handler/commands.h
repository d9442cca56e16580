// The commands of `teleport-event-handler`, one file each.
#pragma once

#include "libmachine/export/export_settings.h"
#include "tools/shell/command.h"

namespace sallyport {

// The options of every command.
struct HandlerOptions {
  std::string config;
  bool debug = false;
  bool strict = false;
};

// Returns the settings of the file that --config names, which may be none, with notes about it in the log. Fails with
// kNotFound or kBadParameter.
Result<ExportSettings> ReadConfiguration(const Invocation& invocation);

Command ConfigureCommand();
Command StartExportCommand();
Command ExportStatusCommand();
Command VerifyExportCommand();
Command HandlerVersionCommand();

}  // namespace sallyport
