// The values of a command line, by the names of their rows. Only tools/shell uses them: commands get structs (field.h).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

// The option that the shell adds to every command with formats.
inline constexpr std::string_view kFormatOption = "format";

struct ParsedLine {
  using Values = std::vector<std::string>;
  using ByName = std::map<std::string, Values, std::less<>>;

  ByName options;  // of flags "true", as often as they were given
  ByName arguments;
  Values words;  // those that a command takes as they are

  // Returns an option's values, or nullptr when neither the command line nor the environment gives it.
  const Values* FindOption(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? nullptr : &found->second;
  }
  // Returns an argument's values, or nullptr.
  const Values* FindArgument(std::string_view name) const {
    const auto found = arguments.find(name);
    return found == arguments.end() ? nullptr : &found->second;
  }
};

}  // namespace sallyport
