// Parses command lines by CLI11: it first finds the command in the table, and builds a parser for that command alone.
#include <CLI/CLI.hpp>

#include "libbase/text.h"
#include "tools/shell/find_command.h"
#include "tools/shell/parsed_line.h"

namespace sallyport {
namespace {

// The value of a flag that its opposite unsets. No word of a command line contains a NUL.
const std::string kTakenBack(1, '\0');

// Adds an option, without its letter when an earlier option has the letter.
void AddUnlessTaken(Option option, std::vector<Option>& options) {
  for (const auto& there : options) {
    if (there.name == option.name) return;
    if (there.short_name == option.short_name) option.short_name = '\0';
  }
  options.push_back(option);
}

std::string OptionNames(const Option& option) {
  if (option.short_name == '\0') return fmt::format("--{}", option.name);
  return fmt::format("-{},--{}", option.short_name, option.name);
}

// Returns whether a command line may contain an option. Parsers of other options would only cost time.
bool IsMentioned(const Option& option, const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    if (word.size() < 2 || word[0] != '-') return false;
    if (word[1] != '-') return option.short_name != '\0' && word.contains(option.short_name);
    word.remove_prefix(2);
    if (word.starts_with("no-") && !option.name.starts_with("no-")) word.remove_prefix(3);
    return word.starts_with(option.name);
  });
}

// The CLI11 parser for the options and arguments of one command, which fills a ParsedLine.
class Parser {
 public:
  Parser(const std::vector<Option>& options, const Command& command, const std::vector<std::string>& words,
         ParsedLine& line)
      : options_(options), line_(line) {
    app_.set_help_flag();
    app_.allow_extras(false);
    for (const auto& option : options) AddOption(option, IsMentioned(option, words));
    if (command.options_first) return;
    for (const auto& argument : command.arguments) AddArgument(argument);
  }

  Status Parse(std::vector<std::string> words) {
    SplitEmptyValues(words);
    std::ranges::reverse(words);  // CLI11 takes the last word first
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ExtrasError&) {
      return Unknown();
    } catch (const CLI::RequiredError& error) {
      // A mistyped option may be the reason that a required one is missing.
      if (HasUnknownOption()) return Unknown();
      return Fail(ErrorKind::kUsage, "{}", LowerFirst(error.what()));
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string text = error.what();
      return Fail(ErrorKind::kUsage, "{} needs a value", text.substr(0, text.find(':')));
    } catch (const CLI::ParseError& error) {
      return Fail(ErrorKind::kUsage, "{}", LowerFirst(error.what()));
    }

    // The number of times that a flag was given.
    for (const auto& [key, option] : counted_) {
      if (option->count() > 1) line_.options[key].assign(option->count(), "true");
    }
    for (const auto& key : taken_back_) line_.options[key] = {kTakenBack};
    return {};
  }

 private:
  static std::string LowerFirst(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
  }

  // CLI11 would read the word after "--name=" as the value; it reads the two words "--name" and "" correctly.
  static void SplitEmptyValues(std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
      if (!words[i].starts_with("--") || words[i].find('=') + 1 != words[i].size()) continue;
      words[i].pop_back();
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, "");
      ++i;
    }
  }

  void AddOption(const Option& option, bool mentioned) {
    if (option.support != Support::kMissing) names_.push_back(option.name);
    if (!mentioned) return;

    const std::string key(option.name);
    if (option.value_name.empty()) {
      auto* added = app_.add_flag_callback(OptionNames(option), [this, key] { line_.options[key] = {"true"}; });
      if (option.repeated) counted_.emplace_back(key, added);
      AddOpposite(option);
      return;
    }

    auto* added = app_.add_option_function<std::vector<std::string>>(
        OptionNames(option), [this, key](const std::vector<std::string>& values) { line_.options[key] = values; });
    added->expected(1);
    added->allow_extra_args(false);  // words after the value do not belong to the option
    added->multi_option_policy(option.repeated ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
  }

  // Adds "--no-NAME", unless that is an option of its own.
  void AddOpposite(const Option& option) {
    const std::string opposite = fmt::format("no-{}", option.name);
    if (std::ranges::find(options_, opposite, &Option::name) != options_.end()) return;
    app_.add_flag_callback("--" + opposite, [this, key = std::string(option.name)] { taken_back_.push_back(key); });
  }

  void AddArgument(const Argument& argument) {
    const std::string key(argument.name);
    auto* added = app_.add_option_function<std::vector<std::string>>(
        key, [this, key](const std::vector<std::string>& values) { line_.arguments[key] = values; });
    added->required(argument.required);
    if (argument.repeated) {
      added->expected(argument.required ? 1 : 0, 1 << 20);
    } else {
      added->expected(1);
      added->allow_extra_args(false);  // the next word is the next argument
    }
  }

  bool HasUnknownOption() {
    return std::ranges::any_of(app_.remaining(), [](const std::string& word) { return word.starts_with('-'); });
  }

  Status Unknown() {
    const auto extras = app_.remaining();
    const std::string word = extras.empty() ? "" : extras.front();
    if (!word.starts_with('-')) return Fail(ErrorKind::kUsage, "unexpected argument \"{}\"", word);
    const std::string name = word.substr(0, word.find('='));
    std::vector<std::string> known;
    for (const auto known_name : names_) known.push_back(fmt::format("--{}", known_name));
    const auto meant = DidYouMean(name, known);
    return FailWithHint(ErrorKind::kUsage, fmt::format("unknown option \"{}\"", name),
                        meant ? fmt::format("did you mean \"{}\"?", *meant) : "");
  }

  const std::vector<Option>& options_;
  ParsedLine& line_;
  CLI::App app_;
  std::vector<std::string_view> names_;
  std::vector<std::pair<std::string, CLI::Option*>> counted_;
  std::vector<std::string> taken_back_;
};

Status CheckValues(const Option& option, const ParsedLine& line) {
  const auto* const given = line.FindOption(option.name);
  if (given == nullptr) return {};
  if (!option.may_be_empty && (given->empty() || given->back().empty())) {
    return Fail(ErrorKind::kUsage, "--{} needs a value", option.name);
  }
  if (option.choices.empty()) return {};
  const auto choices = SplitNonEmpty(option.choices, ' ');
  for (const auto& value : *given) {
    if (std::ranges::find(choices, value) != choices.end()) continue;
    return FailWithHint(ErrorKind::kUsage, fmt::format("--{} cannot be \"{}\"", option.name, value),
                        fmt::format("use one of: {}", fmt::join(choices, ", ")));
  }
  return {};
}

void TakeEnvironment(const std::vector<Option>& options, const Invocation& invocation, ParsedLine& line) {
  for (const auto& option : options) {
    if (option.environment.empty() || line.FindOption(option.name) != nullptr) continue;
    const std::string value = invocation.Env(option.environment);
    if (!value.empty()) line.options[std::string(option.name)] = {value};
  }
}

// Returns whether the command line or the environment sets an option that is not implemented to a value with an effect.
bool IsWanted(const Option& option, const ParsedLine& line) {
  const auto* const given = line.FindOption(option.name);
  if (option.support != Support::kMissing || given == nullptr) return false;
  const auto harmless = SplitNonEmpty(option.harmless, ' ');
  return !std::ranges::all_of(*given, [&](const std::string& value) {
    return value.empty() || std::ranges::find(harmless, value) != harmless.end();
  });
}

// Refuses options that are not implemented; the remaining options work.
Status CheckSupport(const std::vector<Option>& options, const Invocation& invocation, ParsedLine& line) {
  for (const auto& option : options) {
    if (IsWanted(option, line)) {
      return NotImplemented(*invocation.program, fmt::format("{} --{}", invocation.command->path, option.name));
    }
    if (option.support != Support::kWorks) line.options.erase(std::string(option.name));
  }
  return {};
}

}  // namespace

Result<Invocation> ParseCommandLine(const Program& program, std::span<const std::string> words) {
  Found found = FindCommand(program, words);
  if (!found.missing.empty()) return NotImplemented(program, found.missing);
  if (found.command == nullptr) return NoCommand(program, found);

  Invocation invocation;
  invocation.program = &program;
  invocation.command = found.command;
  const std::vector<Option> options = AllOptionsOf(program, *found.command);
  ParsedLine line;
  Parser parser(options, *found.command, found.rest, line);
  RETURN_IF_ERROR(parser.Parse(std::move(found.rest)));
  line.words = std::move(found.own);
  TakeEnvironment(options, invocation, line);
  std::erase_if(line.options,
                [](const auto& given) { return !given.second.empty() && given.second.front() == kTakenBack; });

  RETURN_IF_ERROR(CheckSupport(options, invocation, line));
  for (const auto& option : options) RETURN_IF_ERROR(CheckValues(option, line));
  invocation.line = std::make_shared<const ParsedLine>(std::move(line));
  return invocation;
}

std::vector<Option> OptionsOf(const Program& program, const Command& command) {
  std::vector<Option> options = command.options;
  if (!command.formats.empty()) {
    const bool taken =
        std::ranges::any_of(options, [&](const Option& o) { return o.short_name == program.format_short_name; });
    options.push_back({.name = kFormatOption,
                       .short_name = taken ? '\0' : program.format_short_name,
                       .value_name = "FORMAT",
                       .help = "Output format",
                       .choices = command.formats});
  }
  for (const auto& row : program.further_options) {
    if (!row.command.empty() && row.command == command.path) AddUnlessTaken(row.option, options);
  }
  return options;
}

std::vector<Option> AllOptionsOf(const Program& program, const Command& command) {
  std::vector<Option> options = OptionsOf(program, command);
  for (const auto& option : program.options) AddUnlessTaken(option, options);
  for (const auto& row : program.further_options) {
    if (row.command.empty()) AddUnlessTaken(row.option, options);
  }
  return options;
}

}  // namespace sallyport
