// A label of a node with the output of a command as its value (docs/protocol/services.md#labels-of-nodes), in the form
// of teleport.yaml.
#pragma once

#include <string>
#include <vector>

#include "libbase/time.h"

namespace sallyport {

struct CommandLabel {
  std::string name;
  std::vector<std::string> command;  // a program and its arguments; no shell
  Nanoseconds period{};              // at least a second
};

}  // namespace sallyport
