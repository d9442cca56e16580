// The commands of `tctl`, one file for each group.
#pragma once

#include <vector>

#include "tools/shell/command.h"

namespace sallyport {

Command StatusCommand();
Command VersionCommand();
Command GetCommand();
Command CreateCommand();
Command DiffCommand();
Command EventsCommand();
Command RecordingsCommand();
std::vector<Command> InventoryCommands();
Command PlanCommand();
Command AccessExplainCommand();
Command RemoveCommand();
Command EditCommand();
Command UpdateCommand();
Command LockCommand();
Command AuthSignCommand();
std::vector<Command> AuthExportCommands();
std::vector<Command> AuditCommands();
std::vector<Command> UserCommands();
std::vector<Command> TokenCommands();
std::vector<Command> BotCommands();
std::vector<Command> BotInstanceCommands();
std::vector<Command> ServerCommands();
std::vector<Command> AlertCommands();
std::vector<Command> RequestCommands();
// Adds the names of Teleport's commands and options that tctl lacks.
void AddWhatIsMissing(Program& program);

}  // namespace sallyport
