// The commands of `teleport-operator`, one file each.
#pragma once

#include "tools/shell/command.h"

namespace sallyport {

Command DefinitionsCommand();
Command OperatorVersionCommand();

}  // namespace sallyport
