// Completion scripts for bash, zsh and fish from the table: command words, options and their fixed values.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/shell/command.h"

namespace sallyport {
namespace {

std::vector<const Command*> Visible(const Program& program) {
  std::vector<const Command*> commands;
  for (const auto& command : program.commands) {
    if (!command.hidden) commands.push_back(&command);
  }
  return commands;
}

// Returns the visible options of a command, or of the program without a command. Words after a passthrough command are
// not completed.
std::vector<Option> VisibleOptions(const Program& program, const Command* command) {
  std::vector<Option> all;
  if (command != nullptr && command->passthrough) return all;
  all = command == nullptr ? program.options : AllOptionsOf(program, *command);
  std::erase_if(all, [](const Option& option) { return option.hidden; });
  return all;
}

std::string OptionWords(const Program& program, const Command* command) {
  if (command != nullptr && command->passthrough) return {};
  std::string words;
  for (const auto& option : VisibleOptions(program, command)) words += fmt::format("--{} ", option.name);
  return words + "--help";
}

struct Word {
  std::string text;
  std::string_view summary;  // empty: a group of commands
};

// The words that may follow each beginning of a command; "" is the program itself.
std::map<std::string, std::vector<Word>> NextWords(const Program& program) {
  std::map<std::string, std::vector<Word>> next;
  for (const Command* command : Visible(program)) {
    const std::string path(command->path);
    const auto space = path.find(' ');
    const std::string first = path.substr(0, space);
    auto& top = next[""];
    if (std::ranges::find(top, first, &Word::text) == top.end()) {
      top.push_back({first, space == std::string::npos ? command->summary : ""});
    }
    if (space != std::string::npos) next[first].push_back({path.substr(space + 1), command->summary});
  }
  return next;
}

std::string TextsOf(const std::vector<Word>& words) {
  std::string texts;
  for (const auto& word : words) texts += (texts.empty() ? "" : " ") + word.text;
  return texts;
}

// Returns commands and groups as a pattern of `case`.
std::string PathPattern(const Program& program) {
  std::string pattern;
  for (const Command* command : Visible(program)) {
    pattern += fmt::format("{}'{}'", pattern.empty() ? "" : " | ", command->path);
  }

  for (const auto& [group, words] : NextWords(program)) {
    if (!group.empty()) pattern += fmt::format(" | '{}'", group);
    // Groups in groups: "bots instances".
    for (const auto& word : words) {
      const auto space = word.text.find(' ');
      const std::string inner = fmt::format("'{} {}'", group, word.text.substr(0, space));
      if (space != std::string::npos && !pattern.contains(inner)) pattern += " | " + inner;
    }
  }
  return pattern;
}

// Returns rows of `case "COMMAND:OPTION"` for options with fixed values, or with names that the program knows.
using CaseRow = std::function<std::string(const std::string& pattern, const Option& option)>;
std::string ValueCases(const Program& program, const CaseRow& row) {
  std::string cases;
  for (const auto& option : program.options) {
    if (!option.choices.empty() || !option.names.empty()) cases += row(fmt::format("*:--{}", option.name), option);
  }

  for (const Command* command : Visible(program)) {
    for (const auto& option : VisibleOptions(program, command)) {
      const bool of_program = std::ranges::find(program.options, option.name, &Option::name) != program.options.end();
      if (of_program || (option.choices.empty() && option.names.empty())) continue;
      cases += row(fmt::format("'{}:--{}'", command->path, option.name), option);
    }
  }
  return cases;
}

// Returns rows of `case "COMMAND"` for commands whose first argument is a known name.
std::string NameCases(const Program& program, const std::function<std::string(const Command&, std::string_view)>& row) {
  std::string cases;
  for (const Command* command : Visible(program)) {
    if (command->arguments.empty() || command->arguments.front().names.empty()) continue;
    cases += row(*command, command->arguments.front().names);
  }
  return cases;
}

std::string BashOptions(const Program& program) {
  std::string options = fmt::format("      '') words='{}' ;;\n", OptionWords(program, nullptr));
  for (const Command* command : Visible(program)) {
    options += fmt::format("      '{}') words='{}' ;;\n", command->path, OptionWords(program, command));
  }
  return options;
}

std::string BashValues(const Program& program) {
  return ValueCases(program, [](const std::string& pattern, const Option& option) {
    if (option.choices.empty()) return fmt::format("  {}) names='{}' ;;\n", pattern, option.names);
    return fmt::format("  {}) words='{}' ;;\n", pattern, option.choices);
  });
}

// bash splits words at "=", "@" and ":", and replaces the text after the last of them; it replaces an "@" itself too.
std::string Bash(const Program& program) {
  std::string words;
  for (const auto& [group, next] : NextWords(program)) {
    words += fmt::format("    '{}') words='{}' ;;\n", group, TextsOf(next));
  }

  const std::string names = NameCases(program, [](const Command& command, std::string_view sort) {
    return fmt::format("    '{}') names='{}' ;;\n", command.path, sort);
  });

  return fmt::format(
      "# bash completion for {0}\n"
      "_{0}_complete() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n"
      "  local command='' words='' names='' word i whole=\"${{COMP_LINE:0:COMP_POINT}}\"\n"
      "  whole=\"${{whole##*[[:space:]]}}\"\n"
      "  [[ $whole == --*=* ]] && whole=\"${{whole#*=}}\"\n"
      "  if [[ $current == [=@:] ]]; then\n"
      "    current=''\n"
      "  elif [[ $previous == = ]]; then\n"
      "    previous=\"${{COMP_WORDS[COMP_CWORD - 2]}}\"\n"
      "  fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${{command:+$command }}${{COMP_WORDS[i]}}\"\n"
      "    case \"$word\" in\n"
      "    {1}) command=\"$word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$command:$previous\" in\n{2}"
      "  *)\n"
      "    case \"$command\" in\n{3}{5}    esac\n"
      "    if [[ $current == -* || -z $words$names ]]; then\n"
      "      names=''\n"
      "      case \"$command\" in\n{4}      esac\n"
      "    fi\n"
      "    ;;\n"
      "  esac\n"
      "  if [[ $names ]]; then\n"
      "    mapfile -t COMPREPLY < <({0} __names \"$names\" \"$whole\" 2>/dev/null)\n"
      "    COMPREPLY=(\"${{COMPREPLY[@]%%$'\\t'*}}\")\n"
      "    whole=\"${{whole%\"$current\"}}\"\n"
      "    COMPREPLY=(\"${{COMPREPLY[@]#\"${{whole%@}}\"}}\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "  fi\n"
      "}}\n"
      "complete -o default -F _{0}_complete {0}\n",
      program.name, PathPattern(program), BashValues(program), words, BashOptions(program), names);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string ZshValues(const Program& program) {
  return ValueCases(program, [](const std::string& pattern, const Option& option) {
    if (option.choices.empty()) return fmt::format("    ({}) names={} ;;\n", pattern, option.names);
    return fmt::format("    ({}) values=({}) ;;\n", pattern, option.choices);
  });
}

std::string ZshNames(const Program& program) {
  return NameCases(program, [](const Command& command, std::string_view sort) {
    return fmt::format("    ('{}') argument={} ;;\n", command.path, sort);
  });
}

std::string Zsh(const Program& program) {
  std::string commands;
  for (const auto& [group, next] : NextWords(program)) {
    commands += fmt::format("    ('{}') commands=(\n", group);
    for (const auto& word : next) {
      const std::string described = word.summary.empty() ? word.text : fmt::format("{}:{}", word.text, word.summary);
      commands += fmt::format("      {}\n", Quoted(described));
    }
    commands += "    ) ;;\n";
  }
  std::string options = fmt::format("    ('') options=({}) ;;\n", OptionWords(program, nullptr));
  for (const Command* command : Visible(program)) {
    options += fmt::format("    ('{}') options=({}) ;;\n", command->path, OptionWords(program, command));
  }
  const std::string values = ZshValues(program);
  const std::string names = ZshNames(program);

  return fmt::format(
      "#compdef {0}\n"
      "_{0}() {{\n"
      "  local so_far='' word names='' argument=''\n"
      "  local -a commands options values shown\n"
      "  for word in \"${{(@)words[2,CURRENT-1]}}\"; do\n"
      "    word=\"${{so_far:+$so_far }}$word\"\n"
      "    case \"$word\" in\n"
      "    ({1}) so_far=\"$word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$so_far:${{words[CURRENT-1]}}\" in\n{2}  esac\n"
      "  case \"$so_far\" in\n{3}  esac\n"
      "  case \"$so_far\" in\n{4}  esac\n"
      "  case \"$so_far\" in\n{5}  *) ;;\n  esac\n"
      "  [[ -z $names && $PREFIX != -* ]] && names=$argument\n"
      "  [[ -n $names ]] && values=(${{(f)\"$({0} __names $names $PREFIX 2>/dev/null)\"}})\n"
      "  if (( $#values )); then\n"
      "    shown=(\"${{(@)values/$'\\t'/  -- }}\")\n"
      "    values=(\"${{(@)values%%$'\\t'*}}\")\n"
      "    compadd ${{names:+-l}} -d shown -- $values\n"
      "  elif [[ $PREFIX == -* ]]; then\n"
      "    compadd -- $options\n"
      "  elif (( $#commands )); then\n"
      "    _describe command commands\n"
      "  else\n"
      "    _default\n"
      "  fi\n"
      "}}\n"
      "if [[ $funcstack[1] == _{0} ]]; then _{0} \"$@\"; else compdef _{0} {0}; fi\n",
      program.name, PathPattern(program), values, commands, options, names);
}

// Returns the condition under which fish is inside of a command; the second word of a command may be the first of
// another.
std::string FishCondition(const std::map<std::string, std::vector<Word>>& next, std::string_view path) {
  const auto space = path.find(' ');
  std::string condition = fmt::format("__fish_seen_subcommand_from {}", path.substr(0, space));
  if (space != std::string_view::npos) {
    return condition + fmt::format("; and __fish_seen_subcommand_from {}", path.substr(space + 1));
  }
  for (const auto& [group, words] : next) {
    if (group.empty() || std::ranges::find(words, path, &Word::text) == words.end()) continue;
    condition += fmt::format("; and not __fish_seen_subcommand_from {}", group);
  }
  return condition;
}

std::string FishNames(const Program& program, std::string_view sort) {
  return fmt::format("({} __names {} (commandline -ct | string replace -r \"^--[^=]*=\" \"\") 2>/dev/null)",
                     program.name, sort);
}

std::string FishOption(const Program& program, const std::string& condition, const Option& option) {
  std::string line = fmt::format("complete -c {}", program.name);
  if (!condition.empty()) line += fmt::format(" -n '{}'", condition);
  line += fmt::format(" -l {}", option.name);
  if (option.short_name != '\0') line += fmt::format(" -s {}", option.short_name);
  line += fmt::format(" -d {}", Quoted(option.help));
  if (!option.choices.empty()) return line + fmt::format(" -x -a '{}'\n", option.choices);
  if (!option.names.empty()) return line + fmt::format(" -x -a '{}'\n", FishNames(program, option.names));
  return line + (option.value_name.empty() ? "\n" : " -r\n");
}

std::string Fish(const Program& program) {
  std::string text = fmt::format("# fish completion for {}\n", program.name);
  const auto next = NextWords(program);

  for (const auto& [group, words] : next) {
    const std::string condition =
        group.empty() ? "__fish_use_subcommand"
                      : fmt::format("__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}", group,
                                    TextsOf(words));
    for (const auto& word : words) {
      text += fmt::format("complete -c {} -f -n '{}' -a '{}'", program.name, condition, word.text);
      text += word.summary.empty() ? "\n" : fmt::format(" -d {}\n", Quoted(word.summary));
    }
  }

  for (const Command* command : Visible(program)) {
    for (const auto& option : VisibleOptions(program, command)) {
      const bool of_program = std::ranges::find(program.options, option.name, &Option::name) != program.options.end();
      if (!of_program) text += FishOption(program, FishCondition(next, command->path), option);
    }
  }

  text += NameCases(program, [&](const Command& command, std::string_view sort) {
    return fmt::format("complete -c {} -f -n '{}' -a '{}'\n", program.name, FishCondition(next, command.path),
                       FishNames(program, sort));
  });
  for (const auto& option : VisibleOptions(program, nullptr)) text += FishOption(program, {}, option);
  return text + FishOption(program, {}, {.name = "help", .short_name = 'h', .help = "Show the help of a command"});
}

}  // namespace

std::string Completion(const Program& program, std::string_view shell) {
  if (shell == "bash") return Bash(program);
  if (shell == "zsh") return Zsh(program);
  if (shell == "fish") return Fish(program);
  return {};
}

}  // namespace sallyport
