// Command lines, by CLI11: the command is found in the table first, and a parser is built for that one alone.
#include <CLI/CLI.hpp>
#include <cstdlib>

#include "libbase/text.h"
#include "tools/shell/find_command.h"

namespace sallyport {
namespace {

const std::string kEmpty;
const std::vector<std::string> kNone;
// The value of a flag that its opposite takes back. No word of a command line has a NUL.
const std::string kTakenBack(1, '\0');

// Adds an option; its letter stays with an option that is there.
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

// Whether a command line may have an option: a parser of what cannot be there costs time.
bool IsMentioned(const Option& option, const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    if (word.size() < 2 || word[0] != '-') return false;
    if (word[1] != '-') return option.short_name != '\0' && word.contains(option.short_name);
    word.remove_prefix(2);
    if (word.starts_with("no-") && !option.name.starts_with("no-")) word.remove_prefix(3);
    return word.starts_with(option.name);
  });
}

// Options and arguments of one command as a CLI11 parser that fills an Invocation.
class Parser {
 public:
  Parser(const std::vector<Option>& options, const Command& command, const std::vector<std::string>& words,
         Invocation& invocation)
      : options_(options), invocation_(invocation) {
    app_.set_help_flag();
    app_.allow_extras(false);
    for (const auto& option : options) AddOption(option, IsMentioned(option, words));
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
    } catch (const CLI::RequiredError& error) {
      // What is unknown may be what is missing.
      if (HasUnknownOption()) return Unknown();
      return Fail(ErrorKind::kUsage, "{}", LowerFirst(error.what()));
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string text = error.what();
      return Fail(ErrorKind::kUsage, "{} needs a value", text.substr(0, text.find(':')));
    } catch (const CLI::ParseError& error) {
      return Fail(ErrorKind::kUsage, "{}", LowerFirst(error.what()));
    }

    // How often a flag was given.
    for (const auto& [key, option] : counted_) {
      if (option->count() > 1) invocation_.options[key].assign(option->count(), "true");
    }
    for (const auto& key : taken_back_) invocation_.options[key] = {kTakenBack};
    return {};
  }

 private:
  static std::string LowerFirst(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
  }

  // CLI11 takes the word after "--name=" for its value; "--name" and "" it reads as meant.
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
      auto* added = app_.add_flag_callback(OptionNames(option), [this, key] { invocation_.options[key] = {"true"}; });
      if (option.repeated) counted_.emplace_back(key, added);
      AddOpposite(option);
      return;
    }

    auto* added = app_.add_option_function<std::vector<std::string>>(
        OptionNames(option),
        [this, key](const std::vector<std::string>& values) { invocation_.options[key] = values; });
    added->expected(1);
    added->allow_extra_args(false);  // what follows the value is not the option's
    added->multi_option_policy(option.repeated ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
  }

  // "--no-NAME", where that is no option of its own.
  void AddOpposite(const Option& option) {
    const std::string opposite = fmt::format("no-{}", option.name);
    if (std::ranges::find(options_, opposite, &Option::name) != options_.end()) return;
    app_.add_flag_callback("--" + opposite, [this, key = std::string(option.name)] { taken_back_.push_back(key); });
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
  Invocation& invocation_;
  CLI::App app_;
  std::vector<std::string_view> names_;
  std::vector<std::pair<std::string, CLI::Option*>> counted_;
  std::vector<std::string> taken_back_;
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

void TakeEnvironment(const std::vector<Option>& options, Invocation& invocation) {
  for (const auto& option : options) {
    if (option.environment.empty() || invocation.options.contains(option.name)) continue;
    const std::string value = invocation.Env(option.environment);
    if (!value.empty()) invocation.options[std::string(option.name)] = {value};
  }
}

// Whether a missing option was asked for in earnest, by the command line or by the environment.
bool IsWanted(const Option& option, const Invocation& invocation) {
  const auto found = invocation.options.find(option.name);
  if (option.support != Support::kMissing || found == invocation.options.end()) return false;
  const auto harmless = SplitNonEmpty(option.harmless, ' ');
  return !std::ranges::all_of(found->second, [&](const std::string& value) {
    return value.empty() || std::ranges::find(harmless, value) != harmless.end();
  });
}

// Refuses what is not implemented; what is left are options that work.
Status CheckSupport(const std::vector<Option>& options, Invocation& invocation) {
  for (const auto& option : options) {
    if (IsWanted(option, invocation)) {
      return NotImplemented(*invocation.program, fmt::format("{} --{}", invocation.command->path, option.name));
    }
    if (option.support != Support::kWorks) invocation.options.erase(std::string(option.name));
  }
  return {};
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
  if (!found.missing.empty()) return NotImplemented(program, found.missing);
  if (found.command == nullptr) return NoCommand(program, found);

  Invocation invocation;
  invocation.program = &program;
  invocation.command = found.command;
  const std::vector<Option> options = AllOptionsOf(program, *found.command);
  Parser parser(options, *found.command, found.rest, invocation);
  RETURN_IF_ERROR(parser.Parse(std::move(found.rest)));
  if (found.command->passthrough || found.command->options_first) invocation.arguments["args"] = std::move(found.own);
  TakeEnvironment(options, invocation);
  std::erase_if(invocation.options,
                [](const auto& given) { return !given.second.empty() && given.second.front() == kTakenBack; });

  RETURN_IF_ERROR(CheckSupport(options, invocation));
  for (const auto& option : options) RETURN_IF_ERROR(CheckValues(option, invocation));
  return invocation;
}

std::vector<Option> OptionsOf(const Program& program, const Command& command) {
  std::vector<Option> options = command.options;
  if (!command.formats.empty()) {
    const bool taken =
        std::ranges::any_of(options, [&](const Option& o) { return o.short_name == program.format_short_name; });
    options.push_back(
        {"format", taken ? '\0' : program.format_short_name, "FORMAT", "Output format", {}, command.formats});
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
