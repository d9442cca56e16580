// Which command of a program a command line means.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/shell/command.h"

namespace sallyport {

// The command, and where its words are: options may stand before and between them, those of the program anywhere, its
// own after its name.
struct Found {
  const Command* command = nullptr;
  std::string_view missing;        // the path of a command that is not implemented; what follows it is not looked at
  std::vector<std::string> rest;   // what is not the command's name
  std::vector<std::string> own;    // what is passed on as it is
  std::vector<std::string> names;  // the words that look like a command
};

// Returns what a command line means; neither a command nor a missing one: nothing.
Found FindCommand(const Program& program, std::span<const std::string> words);

// Returns the words from the first on that is neither an option nor the value of one.
std::span<const std::string> WithoutLeadingOptions(const Program& program, std::span<const std::string> words);

// Returns kUsage for what is no command, with what was probably meant, or kNotImplemented for a group of which nothing
// is implemented.
std::unexpected<Error> NoCommand(const Program& program, const Found& found);

}  // namespace sallyport
