// Command lines, by CLI11: the command is found in the table first, and a parser is built for that one alone.
#include <CLI/CLI.hpp>
#include <cstdlib>

#include "libbase/text.h"
#include "tools/shell/command.h"

namespace sallyport {
namespace {

const std::string kEmpty;
const std::vector<std::string> kNone;

// Whether the word after an option is its value: "--name", "-n", "-xn" where x is a flag.
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

// The command, and where its words are: options may stand before and between them, those of the program anywhere, its
// own after its name.
struct Found {
  const Command* command = nullptr;
  std::vector<std::string> rest;   // what is not the command's name
  std::vector<std::string> own;    // what is passed on as it is
  std::vector<std::string> names;  // the words that look like a command
};

// The words after a command whose options come first.
void SplitOptionsFirst(const Program& program, std::span<const std::string> words, Found& found) {
  std::vector<Option> options = OptionsOf(program, *found.command);
  options.insert(options.end(), program.options.begin(), program.options.end());
  std::size_t i = 0;
  for (; i < words.size() && words[i].size() > 1 && words[i].starts_with('-') && words[i] != "--"; ++i) {
    found.rest.push_back(words[i]);
    if (TakesValue(options, words[i]) && i + 1 < words.size()) found.rest.push_back(words[++i]);
  }
  if (i < words.size() && words[i] == "--") ++i;
  found.own.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
}

Found FindCommand(const Program& program, std::span<const std::string> words) {
  Found found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with('-')) {
      found.rest.push_back(word);
      const bool takes_value = TakesValue(program.options, word) ||
                               (found.command != nullptr && TakesValue(OptionsOf(program, *found.command), word));
      if (takes_value && i + 1 < words.size()) found.rest.push_back(words[++i]);
      continue;
    }
    const std::string path = found.names.empty() ? word : fmt::format("{} {}", fmt::join(found.names, " "), word);
    const bool prefix = std::ranges::any_of(program.commands, [&](const Command& command) {
      return command.path == path || command.path.starts_with(path + " ");
    });
    if (!prefix) {
      if (found.command == nullptr) found.names.push_back(word);
      found.rest.insert(found.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      return found;
    }
    found.names.push_back(word);
    const auto exact = std::ranges::find(program.commands, path, &Command::path);
    if (exact != program.commands.end()) found.command = &*exact;
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

std::unexpected<Error> UnknownCommand(const Program& program, const Found& found) {
  const std::string path = fmt::format("{}", fmt::join(found.names, " "));
  std::vector<std::string> candidates;
  for (const auto& command : program.commands) {
    if (!command.hidden) candidates.emplace_back(command.path);
  }
  const auto meant = DidYouMean(path, candidates);
  const std::string what = path.empty() ? "a command is missing" : fmt::format("unknown command \"{}\"", path);
  const std::string hint = meant ? fmt::format("did you mean \"{} {}\"?", program.name, *meant)
                                 : fmt::format("see all commands: {} help", program.name);
  return FailWithHint(ErrorKind::kUsage, what, hint);
}

std::string OptionNames(const Option& option) {
  if (option.short_name == '\0') return fmt::format("--{}", option.name);
  return fmt::format("-{},--{}", option.short_name, option.name);
}

// Options and arguments of one command as a CLI11 parser that fills an Invocation.
class Parser {
 public:
  Parser(const Program& program, const Command& command, Invocation& invocation) : invocation_(invocation) {
    app_.set_help_flag();
    app_.allow_extras(false);
    for (const auto& option : program.options) AddOption(option);
    for (const auto& option : OptionsOf(program, command)) AddOption(option);
    if (command.options_first) return;
    for (const auto& argument : command.arguments) AddArgument(argument);
  }

  Status Parse(std::vector<std::string> words) {
    SplitEmptyValues(words);
    std::ranges::reverse(words);  // as CLI11 wants them
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ExtrasError&) {
      return Unknown();
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string text = error.what();
      return Fail(ErrorKind::kUsage, "{} needs a value", text.substr(0, text.find(':')));
    } catch (const CLI::ParseError& error) {
      std::string text = error.what();
      if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
      return Fail(ErrorKind::kUsage, "{}", text);
    }
    // How often a flag was given.
    for (const auto& [key, option] : counted_) {
      if (option->count() > 1) invocation_.options[key].assign(option->count(), "true");
    }
    return {};
  }

 private:
  // CLI11 takes the word after "--name=" for its value; "--name" and "" it reads as meant.
  static void SplitEmptyValues(std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
      if (!words[i].starts_with("--") || words[i].find('=') + 1 != words[i].size()) continue;
      words[i].pop_back();
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, "");
      ++i;
    }
  }

  void AddOption(const Option& option) {
    names_.push_back(fmt::format("--{}", option.name));
    const std::string key(option.name);
    if (option.value_name.empty()) {
      auto* added = app_.add_flag_callback(OptionNames(option), [this, key] { invocation_.options[key] = {"true"}; });
      if (option.repeated) counted_.emplace_back(key, added);
      return;
    }
    auto* added = app_.add_option_function<std::vector<std::string>>(
        OptionNames(option),
        [this, key](const std::vector<std::string>& values) { invocation_.options[key] = values; });
    added->expected(1);
    added->allow_extra_args(false);  // what follows the value is not the option's
    added->multi_option_policy(option.repeated ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
  }

  void AddArgument(const Argument& argument) {
    const std::string key(argument.name);
    auto* added = app_.add_option_function<std::vector<std::string>>(
        key, [this, key](const std::vector<std::string>& values) { invocation_.arguments[key] = values; });
    added->required(argument.required);
    if (argument.repeated) {
      added->expected(argument.required ? 1 : 0, 1 << 20);
    } else {
      added->expected(1);
      added->allow_extra_args(false);  // what follows is the next argument
    }
  }

  Status Unknown() {
    const auto extras = app_.remaining();
    const std::string word = extras.empty() ? "" : extras.front();
    if (!word.starts_with('-')) return Fail(ErrorKind::kUsage, "unexpected argument \"{}\"", word);
    const std::string name = word.substr(0, word.find('='));
    const auto meant = DidYouMean(name, names_);
    return FailWithHint(ErrorKind::kUsage, fmt::format("unknown option \"{}\"", name),
                        meant ? fmt::format("did you mean \"{}\"?", *meant) : "");
  }

  Invocation& invocation_;
  CLI::App app_;
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, CLI::Option*>> counted_;
};

Status CheckValues(const Option& option, const Invocation& invocation) {
  const bool empty = invocation.Has(option.name) && invocation.Get(option.name).empty();
  if (empty && !option.may_be_empty) return Fail(ErrorKind::kUsage, "--{} needs a value", option.name);
  if (option.choices.empty() || !invocation.Has(option.name)) return {};
  const auto choices = SplitNonEmpty(option.choices, ' ');
  for (const auto& value : invocation.options.find(option.name)->second) {
    if (std::ranges::find(choices, value) != choices.end()) continue;
    return FailWithHint(ErrorKind::kUsage, fmt::format("--{} cannot be \"{}\"", option.name, value),
                        fmt::format("use one of: {}", fmt::join(choices, ", ")));
  }
  return {};
}

void TakeEnvironment(const Program& program, const Command& command, Invocation& invocation) {
  for (const auto* options : {&program.options, &command.options}) {
    for (const auto& option : *options) {
      if (option.environment.empty() || invocation.options.contains(option.name)) continue;
      const std::string value = invocation.Env(option.environment);
      if (!value.empty()) invocation.options[std::string(option.name)] = {value};
    }
  }
}

}  // namespace

const std::string& Invocation::Get(std::string_view option) const {
  const auto found = options.find(option);
  return found == options.end() || found->second.empty() ? kEmpty : found->second.back();
}

std::vector<std::string> Invocation::GetList(std::string_view option) const {
  std::vector<std::string> all;
  const auto found = options.find(option);
  for (const auto& value : found == options.end() ? kNone : found->second) {
    for (auto& part : SplitNonEmpty(value, ',')) all.push_back(std::move(part));
  }
  return all;
}

bool Invocation::Has(std::string_view option) const { return options.contains(option); }

const std::string& Invocation::Arg(std::string_view argument) const {
  const auto& values = Args(argument);
  return values.empty() ? kEmpty : values.front();
}

const std::vector<std::string>& Invocation::Args(std::string_view argument) const {
  const auto found = arguments.find(argument);
  return found == arguments.end() ? kNone : found->second;
}

std::string Invocation::Env(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

Result<Invocation> ParseCommandLine(const Program& program, std::span<const std::string> words) {
  Found found = FindCommand(program, words);
  if (found.command == nullptr) return UnknownCommand(program, found);
  Invocation invocation;
  invocation.program = &program;
  invocation.command = found.command;
  RETURN_IF_ERROR(Parser(program, *found.command, invocation).Parse(std::move(found.rest)));
  if (found.command->passthrough || found.command->options_first) invocation.arguments["args"] = std::move(found.own);
  TakeEnvironment(program, *found.command, invocation);
  for (const auto& options : {program.options, OptionsOf(program, *found.command)}) {
    for (const auto& option : options) RETURN_IF_ERROR(CheckValues(option, invocation));
  }
  return invocation;
}

std::vector<Option> OptionsOf(const Program& program, const Command& command) {
  std::vector<Option> options = command.options;
  if (command.formats.empty()) return options;
  const bool taken =
      std::ranges::any_of(options, [&](const Option& o) { return o.short_name == program.format_short_name; });
  options.push_back(
      {"format", taken ? '\0' : program.format_short_name, "FORMAT", "Output format", {}, command.formats});
  return options;
}

}  // namespace sallyport
