// Runs a command on several nodes at once.
#pragma once

#include <string>
#include <vector>

#include "tools/shell/command.h"
#include "tools/tsh/node_choice.h"

namespace sallyport {

// A node and the command line that runs the command there.
struct NodeCommand {
  ChosenNode node;
  std::vector<std::string> words;
};

struct ManyOptions {
  std::size_t at_once = 10;
  bool json = false;    // an object a node, a line each, as soon as it has ended
  std::string log_dir;  // empty: none
};

// Runs the command lines, with the node's name before each line of output and a summary on stderr. The exit code is 0,
// or that of kPartlyDone when a command failed. When stdout is closed, the commands continue. Fails when the log
// directory cannot be written, and as RunPrograms does.
Output RunOnNodes(std::vector<NodeCommand> commands, const ManyOptions& options);

}  // namespace sallyport
