// The commands of `teleport-event-handler`, one file each.
#pragma once

#include "tools/shell/command.h"

namespace sallyport {

// The options of every command.
struct HandlerOptions {
  std::string config;
  bool debug = false;
  bool strict = false;
};

Command ConfigureCommand();
Command StartExportCommand();
Command VerifyExportCommand();
Command HandlerVersionCommand();

}  // namespace sallyport
