// A program with one command of each kind, and a scope that sets an environment variable.
#pragma once

#include <cstdlib>
#include <string>

#include "tools/shell/command.h"

namespace sallyport {

inline constexpr const char* kUserVariable = "SALLYPORT_SHELL_TEST_USER";

struct SampleOptions {
  std::string user;
  std::string mode;
  bool debug = false;
  bool secret = false;
};

struct SampleShow {
  std::string thing;
  std::vector<std::string> labels;
  std::string one;
  std::optional<std::string> empty;
  std::string hidden;
};

inline Result<Output> SayUser(const Invocation& invocation) {
  Value value = Value::EmptyMap();
  value.Set("user", GivenToProgram<SampleOptions>(invocation).user);
  return Output::Of(std::move(value), [](const Value& shown) { return shown.Find("user")->as_string() + "\n"; });
}

inline Result<Output> Show(const Invocation& invocation, const SampleShow&) { return SayUser(invocation); }

struct SampleWords {
  std::vector<std::string> words;
};

inline Result<Output> SayArguments(const Invocation&, const SampleWords& given) {
  Value::List items;
  for (const auto& word : given.words) items.emplace_back(word);
  return Output::List(std::move(items), {"Argument"},
                      [](const Value& item) { return std::vector<std::string>{item.as_string()}; });
}

inline Result<Output> SayNoArguments(const Invocation& invocation) { return SayArguments(invocation, {}); }

struct SampleCopy {
  std::string from;
  std::string to;
};

inline Result<Output> FailToFind(const Invocation&, const SampleCopy&) {
  return FailWithHint(ErrorKind::kNotFound, "no such thing", "look elsewhere");
}

struct SampleFar {
  int tty = 0;
  std::vector<std::string> forward;
  std::vector<std::string> words;
};

inline Result<Output> GoFar(const Invocation& invocation, const SampleFar& given) {
  return SayArguments(invocation, {given.words});
}

struct SampleMark {
  std::string item;
  std::string note;
};

inline Result<Output> Mark(const Invocation& invocation, const SampleMark&) { return SayArguments(invocation, {}); }

inline Result<Output> EndWithSeven(const Invocation&) {
  Output output = Output::Text("seven\n");
  output.exit_code = 7;
  output.notices = {"a notice"};
  return output;
}

inline Result<Output> WriteBytes(const Invocation&) {
  Output output;
  output.kind = Output::Kind::kBytes;
  output.notices = {"a notice"};
  output.bytes = [](const ByteSink& out, const ByteSink& err) -> Result<int> {
    RETURN_IF_ERROR(out("to stdout"));
    RETURN_IF_ERROR(err("to stderr"));
    return 9;
  };
  return output;
}

inline Result<Output> SayNothing(const Invocation&) { return Output::Nothing(); }

inline constexpr std::string_view kSampleMissing[] = {"lost", "item find", "else where"};
inline constexpr OptionRow kSampleOptions[] = {
    {"", Accepted("verbose", "", 'v')},       {"", Missing("language", "NAME", '\0', "c none")},
    {"show", Accepted("hurry", "WHEN", 'y')}, {"show", Missing("backwards", "", 'b')},
    {"far", Missing("jump", "HOST", 'J')},
};
inline constexpr Alias kSampleAliases[] = {{"items", "item"}, {"item list", "item ls"}, {"gone", "lost"}};

inline std::vector<Option> SampleOptionRows() {
  return {{.name = "user",
           .short_name = 'u',
           .value_name = "USER",
           .help = "Who it is",
           .environment = kUserVariable,
           .into = Into<&SampleOptions::user>},
          {.name = "mode",
           .value_name = "MODE",
           .help = "How it is done",
           .choices = "fast slow",
           .into = Into<&SampleOptions::mode>},
          {.name = "debug", .short_name = 'd', .help = "Say more", .into = Into<&SampleOptions::debug>},
          {.name = "secret-option", .hidden = true, .into = Into<&SampleOptions::secret>}};
}

inline Command ShowCommand() {
  return {
      .path = "show",
      .summary = "Show the user's name",
      .arguments = {{.name = "thing", .help = "What to show", .required = false, .into = Into<&SampleShow::thing>}},
      .options = {{.name = "label",
                   .short_name = 'l',
                   .value_name = "LABEL",
                   .help = "Only with this label",
                   .repeated = true,
                   .into = Into<&SampleShow::labels>},
                  {.name = "one", .value_name = "VALUE", .help = "The last one counts", .into = Into<&SampleShow::one>},
                  {.name = "void",
                   .value_name = "VALUE",
                   .help = "May be empty",
                   .may_be_empty = true,
                   .into = Into<&SampleShow::empty>},
                  {.name = "hidden-option", .value_name = "X", .hidden = true, .into = Into<&SampleShow::hidden>}},
      .example = "prog show --one=-1",
      .run = RunWith<Show>};
}

inline Command FarCommand() {
  return {.path = "far",
          .summary = "Have it done elsewhere",
          .options = {{.name = "tty",
                       .short_name = 't',
                       .help = "With a terminal",
                       .repeated = true,
                       .into = Into<&SampleFar::tty>},
                      {.name = "forward",
                       .short_name = 'L',
                       .value_name = "SPEC",
                       .help = "Forward this",
                       .repeated = true,
                       .whole_values = true,
                       .into = Into<&SampleFar::forward>}},
          .formats = "",
          .options_first = true,
          .words = Into<&SampleFar::words>,
          .run = RunWith<GoFar>};
}

inline Command RemoveCommand() {
  return {
      .path = "item rm",
      .summary = "Remove items",
      .arguments = {{.name = "items", .help = "What to remove", .repeated = true, .into = Into<&SampleWords::words>}},
      .formats = "",
      .run = RunWith<SayArguments>};
}

inline Command CopyCommand() {
  return {.path = "copy",
          .summary = "Copy one thing",
          .arguments = {{.name = "from", .help = "Source", .into = Into<&SampleCopy::from>},
                        {.name = "to", .help = "Target", .required = false, .into = Into<&SampleCopy::to>}},
          .formats = "",
          .run = RunWith<FailToFind>};
}

inline Command MarkCommand() {
  return {
      .path = "item mark",
      .summary = "Mark an item",
      .arguments = {{.name = "item", .help = "What to mark", .into = Into<&SampleMark::item>}},
      .options =
          {{.name = "note", .short_name = 'n', .value_name = "TEXT", .help = "Why", .into = Into<&SampleMark::note>}},
      .run = RunWith<Mark>};
}

inline std::vector<Command> SampleCommands() {
  return {ShowCommand(),
          {.path = "item ls", .summary = "List items", .formats = "yaml json text", .run = SayNoArguments},
          RemoveCommand(),
          CopyCommand(),
          {.path = "pass",
           .summary = "Hand all on",
           .passthrough = true,
           .words = Into<&SampleWords::words>,
           .run = RunWith<SayArguments>},
          FarCommand(),
          {.path = "bytes", .summary = "Write as it comes", .formats = "", .run = WriteBytes},
          {.path = "quiet", .summary = "Say nothing", .formats = "", .run = SayNothing},
          {.path = "seven", .summary = "End with seven", .run = EndWithSeven},
          {.path = "ghost", .summary = "Nobody sees it", .hidden = true, .run = SayUser},
          MarkCommand(),
          {.path = "item mark ls", .summary = "List marks", .run = SayNoArguments}};
}

inline Program SampleProgram() {
  return {
      .name = "prog",
      .summary = "try things",
      .options = SampleOptionRows(),
      .commands = SampleCommands(),
      .json_indent = 2,
      .missing_commands = kSampleMissing,
      .further_options = kSampleOptions,
      .aliases = kSampleAliases,
  };
}

class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~ScopedVariable() { ::unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
};

}  // namespace sallyport
