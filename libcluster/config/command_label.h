// A label of a node whose value is what a command prints (docs/protocol/services.md#labels-of-nodes), as teleport.yaml
// writes it.
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
