// The commands of `teleport-operator`, one file each.
#pragma once

#include "tools/shell/command.h"

namespace sallyport {

Command StartOperatorCommand();
Command DefinitionsCommand();
Command PlanOfFilesCommand();
Command OperatorVersionCommand();

}  // namespace sallyport
