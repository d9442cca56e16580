// Finds the command of a program that a command line names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/shell/command.h"

namespace sallyport {

// The command, and the positions of its words. Options may stand before and between the words: options of the program
// anywhere, options of the command after its name.
struct Found {
  const Command* command = nullptr;
  std::string_view missing;        // the path of a command that is not implemented; what follows it is not looked at
  std::vector<std::string> rest;   // what is not the command's name
  std::vector<std::string> own;    // what is passed on as it is
  std::vector<std::string> names;  // the words that look like a command
};

// Returns the command, or the command that is not implemented, that a command line names; nothing when it names
// neither.
Found FindCommand(const Program& program, std::span<const std::string> words);

// Returns the words from the first word on that is neither an option nor the value of an option.
std::span<const std::string> WithoutLeadingOptions(const Program& program, std::span<const std::string> words);

// Returns kUsage with a suggestion for words that are no command, or kNotImplemented for a group without implemented
// commands.
std::unexpected<Error> NoCommand(const Program& program, const Found& found);

}  // namespace sallyport
