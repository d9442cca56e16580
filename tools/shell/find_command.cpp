#include "tools/shell/find_command.h"

#include <algorithm>

#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::size_t kNamedOfGroup = 12;

// Returns whether the word after an option is its value: "--name", "-n", "-xn" where x is a flag.
bool TakesValue(const std::vector<Option>& options, std::string_view word) {
  const bool is_long = word.starts_with("--");
  const std::string_view name = word.substr(is_long ? 2 : 1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto option = std::ranges::find_if(
        options, [&](const Option& row) { return is_long ? row.name == name : row.short_name == name[i]; });
    if (option == options.end()) return false;
    if (is_long || !option->value_name.empty()) return !option->value_name.empty() && (is_long || i + 1 == name.size());
  }
  return false;
}

// Returns the options that may stand at a position, after or before the command's name.
std::vector<Option> OptionsAt(const Program& program, const Command* command) {
  static const Command kNoCommand{.formats = ""};
  return AllOptionsOf(program, command == nullptr ? kNoCommand : *command);
}

// Splits the words after a command whose options come first.
void SplitOptionsFirst(const Program& program, std::span<const std::string> words, Found& found) {
  const std::vector<Option> options = AllOptionsOf(program, *found.command);
  std::size_t i = 0;
  for (; i < words.size() && words[i].size() > 1 && words[i].starts_with('-') && words[i] != "--"; ++i) {
    found.rest.push_back(words[i]);
    if (TakesValue(options, words[i]) && i + 1 < words.size()) found.rest.push_back(words[++i]);
  }
  if (i < words.size() && words[i] == "--") ++i;
  found.own.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
}

bool IsInside(std::string_view path, std::string_view group) {
  return path.size() > group.size() && path.starts_with(group) && path[group.size()] == ' ';
}

// Returns whether a path is a command, or the beginning of a command.
bool IsCommandOrGroup(const Program& program, std::string_view path) {
  const auto is = [&](std::string_view known) { return known == path || IsInside(known, path); };
  return std::ranges::any_of(program.commands, is, &Command::path) || std::ranges::any_of(program.missing_commands, is);
}

std::string PathOf(const Program& program, const std::vector<std::string>& names, const std::string& word) {
  std::string path = names.empty() ? word : fmt::format("{} {}", fmt::join(names, " "), word);
  const auto alias = std::ranges::find(program.aliases, path, &Alias::path);
  return alias == program.aliases.end() ? path : std::string(alias->of);
}

// Returns the visible commands of a group, as users type them.
std::vector<std::string> CallsOf(const Program& program, std::string_view group) {
  std::vector<std::string> calls;
  for (const auto& command : program.commands) {
    if (!command.hidden && IsInside(command.path, group)) {
      calls.push_back(fmt::format("{} {}", program.name, command.path));
    }
  }
  return calls;
}

}  // namespace

Found FindCommand(const Program& program, std::span<const std::string> words) {
  Found found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with('-')) {
      found.rest.push_back(word);
      if (TakesValue(OptionsAt(program, found.command), word) && i + 1 < words.size()) found.rest.push_back(words[++i]);
      continue;
    }

    const std::string path = PathOf(program, found.names, word);
    if (!IsCommandOrGroup(program, path)) {
      if (found.command == nullptr) found.names.push_back(word);
      found.rest.insert(found.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      return found;
    }

    found.names.assign({path});
    const auto exact = std::ranges::find(program.commands, path, &Command::path);
    if (exact != program.commands.end()) found.command = &*exact;
    const auto missing = std::ranges::find(program.missing_commands, path);
    if (exact == program.commands.end() && missing != program.missing_commands.end()) {
      found.command = nullptr;
      found.missing = *missing;
      return found;
    }

    if (found.command != nullptr && found.command->passthrough) {
      found.own.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      return found;
    }
    if (found.command != nullptr && found.command->options_first) {
      SplitOptionsFirst(program, words.subspan(i + 1), found);
      return found;
    }
  }
  return found;
}

std::span<const std::string> WithoutLeadingOptions(const Program& program, std::span<const std::string> words) {
  while (!words.empty() && words.front().starts_with('-')) {
    const bool takes_value = TakesValue(OptionsAt(program, nullptr), words.front());
    words = words.subspan(takes_value && words.size() > 1 ? 2 : 1);
  }
  return words;
}

std::unexpected<Error> NoCommand(const Program& program, const Found& found) {
  const std::string path = fmt::format("{}", fmt::join(found.names, " "));
  const bool group = !path.empty() && IsCommandOrGroup(program, path);
  if (const auto calls = CallsOf(program, path); group && !calls.empty() && calls.size() <= kNamedOfGroup) {
    return FailWithHint(ErrorKind::kUsage, fmt::format("\"{} {}\" needs a subcommand", program.name, path),
                        fmt::format("use one of: {}", fmt::join(calls, ", ")));
  } else if (group && calls.empty()) {
    return NotImplemented(program, path);
  }

  std::vector<std::string> candidates;
  for (const auto& command : program.commands) {
    if (!command.hidden) candidates.emplace_back(command.path);
  }
  const auto meant = DidYouMean(path, candidates);
  const std::string what = path.empty() ? "a command is missing" : fmt::format("unknown command \"{}\"", path);
  const std::string hint = meant ? fmt::format("did you mean \"{} {}\"?", program.name, *meant)
                                 : fmt::format("list all commands: {} help", program.name);
  return FailWithHint(ErrorKind::kUsage, what, hint);
}

std::unexpected<Error> NotImplemented(const Program& program, std::string_view what) {
  return FailWithHint(ErrorKind::kNotImplemented, fmt::format("\"{} {}\"", program.name, what),
                      fmt::format("list the implemented commands: {} help", program.name));
}

}  // namespace sallyport
