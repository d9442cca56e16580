// Completion scripts for bash, zsh and fish from the table: command words, options and their fixed values.
#include <algorithm>
#include <map>
#include <set>

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

std::string OptionWords(const Program& program, const Command& command) {
  std::string words;
  for (const auto* options : {&command.options, &program.options}) {
    for (const auto& option : *options) {
      if (!option.hidden) words += fmt::format("--{} ", option.name);
    }
  }
  if (!command.formats.empty()) words += "--format ";
  return words + "--help";
}

// What may follow each beginning of a command.
std::map<std::string, std::set<std::string>> NextWords(const Program& program) {
  std::map<std::string, std::set<std::string>> next;
  for (const Command* command : Visible(program)) {
    const std::string path(command->path);
    const auto space = path.find(' ');
    next[""].insert(path.substr(0, space));
    if (space != std::string::npos) next[path.substr(0, space)].insert(path.substr(space + 1));
  }
  return next;
}

std::string Bash(const Program& program) {
  std::string cases;
  for (const Command* command : Visible(program)) {
    cases += fmt::format("    '{}') words='{}' ;;\n", command->path, OptionWords(program, *command));
  }
  std::string groups;
  for (const auto& [group, words] : NextWords(program)) {
    groups += fmt::format("    '{}') words='{}' ;;\n", group, fmt::join(words, " "));
  }
  return fmt::format(
      "# bash completion for {0}\n"
      "_{1}_complete() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" path='' words='' word i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${{COMP_WORDS[i]}}\"\n"
      "    [[ $word == -* ]] && continue\n"
      "    path=\"${{path:+$path }}$word\"\n"
      "  done\n"
      "  case \"$path\" in\n{2}  esac\n"
      "  if [[ $current == -* || -z $words ]]; then\n"
      "    case \"$path\" in\n{3}    esac\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "}}\n"
      "complete -o default -F _{1}_complete {0}\n",
      program.name, program.name, groups, cases);
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted;
}

std::string Zsh(const Program& program) {
  std::string commands;
  std::string cases;
  for (const Command* command : Visible(program)) {
    std::string name(command->path);
    std::ranges::replace(name, ':', ' ');
    commands += fmt::format("    '{}:{}'\n", name, Quoted(command->summary));
    cases += fmt::format("    '{}') options=({}) ;;\n", command->path, OptionWords(program, *command));
  }
  return fmt::format(
      "#compdef {0}\n"
      "_{0}() {{\n"
      "  local -a commands options\n"
      "  local path\n"
      "  commands=(\n{1}  )\n"
      "  path=\"${{(j: :)${{(@)${{(@)words[2,CURRENT-1]}}:#-*}}}}\"\n"
      "  case \"$path\" in\n{2}  esac\n"
      "  if [[ $PREFIX == -* ]]; then compadd -- $options; else _describe command commands; fi\n"
      "}}\n"
      "compdef _{0} {0}\n",
      program.name, commands, cases);
}

std::string Fish(const Program& program) {
  std::string text = fmt::format("# fish completion for {}\n", program.name);
  for (const auto& [group, words] : NextWords(program)) {
    const std::string condition =
        group.empty() ? "__fish_use_subcommand" : fmt::format("__fish_seen_subcommand_from {}", group);
    for (const auto& word : words) {
      text += fmt::format("complete -c {} -n '{}' -a '{}'\n", program.name, condition, word);
    }
  }
  for (const Command* command : Visible(program)) {
    const std::string last(command->path.substr(command->path.rfind(' ') + 1));
    for (const auto& option : command->options) {
      if (option.hidden) continue;
      text += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}' -l {} -d '{}'{}\n", program.name, last,
                          option.name, Quoted(option.help), option.value_name.empty() ? "" : " -r");
    }
  }
  for (const auto& option : program.options) {
    if (!option.hidden)
      text += fmt::format("complete -c {} -l {} -d '{}'\n", program.name, option.name, Quoted(option.help));
  }
  return text;
}

}  // namespace

std::string Completion(const Program& program, std::string_view shell) {
  if (shell == "bash") return Bash(program);
  if (shell == "zsh") return Zsh(program);
  if (shell == "fish") return Fish(program);
  return {};
}

}  // namespace sallyport
