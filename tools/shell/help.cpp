// Help texts and man pages from the table.
#include <algorithm>
#include <span>

#include "libbase/text.h"
#include "libbase/version.h"
#include "tools/shell/command.h"

namespace sallyport {
namespace {

constexpr std::string_view kNotImplementedMark = "(not implemented)";

std::string Synopsis(const Program& program, const Command& command) {
  std::string line = fmt::format("{} {}", program.name, command.path);
  if (!command.passthrough) line += " [options]";
  for (const auto& argument : command.arguments) {
    const std::string name =
        argument.repeated ? fmt::format("<{}>...", argument.name) : fmt::format("<{}>", argument.name);
    line += argument.required ? " " + name : fmt::format(" [{}]", name);
  }
  return line;
}

std::string OptionLabel(const Option& option) {
  std::string label = option.short_name == '\0' ? "    " : fmt::format("-{}, ", option.short_name);
  label += fmt::format("--{}", option.name);
  if (!option.value_name.empty()) label += fmt::format(" {}", option.value_name);
  return label;
}

std::string OptionText(const Option& option) {
  std::string text(option.help);
  if (!option.choices.empty()) {
    // Many choices are written as separate words, so that lines can wrap between them.
    constexpr std::size_t kManyBytes = 60;
    const std::string_view between = option.choices.size() > kManyBytes ? ", " : "|";
    text += fmt::format(" ({})", fmt::join(SplitNonEmpty(option.choices, ' '), between));
  }
  if (!option.environment.empty()) text += fmt::format(" [${}]", option.environment);
  return text;
}

std::vector<Option> Visible(std::vector<Option> options) {
  std::erase_if(options, [](const Option& option) { return option.hidden; });
  return options;
}

// Returns the visible options of the command itself.
std::vector<Option> OwnOptions(const Program& program, const Command& command) {
  return Visible(OptionsOf(program, command));
}

// Returns the remark on an option that help lists only for completeness.
std::string SupportText(const Option& option) {
  if (option.support == Support::kAccepted) return "Has no effect";
  if (option.support == Support::kWorks) return OptionText(option);
  if (option.harmless.empty()) return std::string(kNotImplementedMark);
  return fmt::format("Except for {}: {}", fmt::join(SplitNonEmpty(option.harmless, ' '), ", "), kNotImplementedMark);
}

// Returns two columns, the first as wide as its widest cell.
std::string Columns(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.first.size());
  std::string text;
  for (const auto& [label, help] : rows) text += fmt::format("  {:<{}}  {}\n", label, width, help);
  return text;
}

// Escapes text that roff would read as a request or an escape.
std::string Roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped.starts_with('.') || escaped.starts_with('\'') ? "\\&" + escaped : escaped;
}

std::string ManOption(const Option& option) {
  const std::string label = OptionLabel(option);
  return fmt::format(".TP\n.B {}\n{}.\n", Roff(label.substr(label.find_first_not_of(' '))), Roff(OptionText(option)));
}

std::string ManCommand(const Program& program, const Command& command) {
  std::string text = fmt::format(".SS {}\n{}.\n.PP\n.B {}\n", Roff(command.path), Roff(command.summary),
                                 Roff(Synopsis(program, command)));
  for (const auto& argument : command.arguments) {
    text += fmt::format(".TP\n.I {}\n{}.\n", Roff(argument.name), Roff(argument.help));
  }
  for (const auto& option : OwnOptions(program, command)) text += ManOption(option);
  if (!command.example.empty()) text += fmt::format(".PP\nExample:\n.PP\n.EX\n{}\n.EE\n", Roff(command.example));
  return text;
}

}  // namespace

std::string ProgramHelp(const Program& program, std::string_view group, bool everything) {
  std::string text = fmt::format("{} - {}\n\nUsage: {} {}<command> [options]\n\nCommands:\n", program.name,
                                 program.summary, program.name, group.empty() ? "" : std::string(group) + " ");
  const auto is_shown = [&](std::string_view path) {
    return group.empty() || path.starts_with(std::string(group) + " ");
  };

  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& command : program.commands) {
    if ((everything || !command.hidden) && is_shown(command.path)) rows.emplace_back(command.path, command.summary);
  }
  for (const auto path : everything ? program.missing_commands : std::span<const std::string_view>()) {
    const bool there = std::ranges::find(program.commands, path, &Command::path) != program.commands.end();
    if (!there && is_shown(path)) rows.emplace_back(path, kNotImplementedMark);
  }
  for (const auto& alias : everything ? program.aliases : std::span<const Alias>()) {
    if (is_shown(alias.path)) rows.emplace_back(alias.path, fmt::format("Same as: {}", alias.of));
  }

  text += Columns(rows) + "\nOptions of every command:\n";
  rows.clear();
  for (const auto& option : Visible(program.options)) rows.emplace_back(OptionLabel(option), OptionText(option));
  rows.emplace_back("-h, --help", "Show the help of a command");
  text += Columns(rows);

  text += fmt::format("\nExit codes:");
  for (const auto& row : ErrorKinds()) {
    if (row.exit_code != 1) text += fmt::format(" {} {};", row.exit_code, row.name);
  }
  return text + fmt::format(
                    " 1 other failures; 0 success.\nMore: {0} help <command>, {0} help --all (also what Teleport's {0} "
                    "has and Sallyport has not), {0} man, {0} completion bash|zsh|fish\n",
                    program.name);
}

std::string CommandHelp(const Program& program, const Command& command, bool everything) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, Synopsis(program, command));
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& argument : command.arguments) rows.emplace_back(fmt::format("<{}>", argument.name), argument.help);
  if (!rows.empty()) text += "\nArguments:\n" + Columns(rows);

  rows.clear();
  const std::vector<Option> options = AllOptionsOf(program, command);
  for (const auto& option : everything ? options : Visible(options)) {
    rows.emplace_back(OptionLabel(option), SupportText(option));
  }
  if (!rows.empty()) text += "\nOptions:\n" + Columns(rows);

  if (!command.example.empty()) text += fmt::format("\nExample:\n  $ {}\n", command.example);
  return text;
}

std::string ManPage(const Program& program) {
  std::string upper(program.name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  std::string text = fmt::format(
      ".TH {} 1 \"\" \"Sallyport {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n<command> "
      "[options]\n.SH OPTIONS\n",
      upper, kSallyportVersion, program.name, Roff(program.summary), program.name);

  for (const auto& option : program.options) {
    if (!option.hidden) text += ManOption(option);
  }
  text += ".SH COMMANDS\n";
  for (const auto& command : program.commands) {
    if (!command.hidden) text += ManCommand(program, command);
  }
  text += ".SH EXIT STATUS\n.TP\n.B 0\nSuccess.\n";
  for (const auto& row : ErrorKinds()) text += fmt::format(".TP\n.B {}\n{}.\n", row.exit_code, Roff(row.name));
  return text;
}

}  // namespace sallyport
