// A program with one command of each sort, and an environment variable for the length of a test.
#pragma once

#include <cstdlib>
#include <string>

#include "tools/shell/command.h"

namespace sallyport {

inline constexpr const char* kUserVariable = "SALLYPORT_SHELL_TEST_USER";

inline Result<Output> SayUser(const Invocation& invocation) {
  Value value = Value::EmptyMap();
  value.Set("user", invocation.Get("user"));
  return Output::Of(std::move(value), [](const Value& shown) { return shown.Find("user")->as_string() + "\n"; });
}

inline Result<Output> SayArguments(const Invocation& invocation) {
  Value::List items;
  for (const auto& word : invocation.Args("args")) items.emplace_back(word);
  return Output::List(std::move(items), {"Argument"},
                      [](const Value& item) { return std::vector<std::string>{item.as_string()}; });
}

inline Result<Output> FailToFind(const Invocation&) {
  return FailWithHint(ErrorKind::kNotFound, "no such thing", "look elsewhere");
}

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

inline Program SampleProgram() {
  return {
      .name = "prog",
      .summary = "try things",
      .options = {{"user", 'u', "USER", "Who it is", kUserVariable},
                  {"mode", '\0', "MODE", "How it is done", {}, "fast slow"},
                  {"debug", 'd', "", "Say more"},
                  {.name = "secret-option", .hidden = true}},
      .commands = {{.path = "show",
                    .summary = "Show the user's name",
                    .arguments = {{"thing", "What to show", false}},
                    .options = {{"label", 'l', "LABEL", "Only with this label", {}, {}, true},
                                {"one", '\0', "VALUE", "The last one counts"},
                                {.name = "void", .value_name = "VALUE", .help = "May be empty", .may_be_empty = true},
                                {.name = "hidden-option", .value_name = "X", .hidden = true}},
                    .example = "prog show --one=-1",
                    .run = SayUser},
                   {.path = "item ls", .summary = "List items", .formats = "yaml json text", .run = SayArguments},
                   {.path = "item rm",
                    .summary = "Remove items",
                    .arguments = {{"items", "What to remove", true, true}},
                    .formats = "",
                    .run = SayArguments},
                   {.path = "copy",
                    .summary = "Copy one thing",
                    .arguments = {{"from", "Source", true}, {"to", "Target", false}},
                    .formats = "",
                    .run = FailToFind},
                   {.path = "pass", .summary = "Hand all on", .passthrough = true, .run = SayArguments},
                   {.path = "far",
                    .summary = "Have it done elsewhere",
                    .options = {{"tty", 't', "", "With a terminal", "", "", true},
                                {"forward", 'L', "SPEC", "Forward this", "", "", true}},
                    .formats = "",
                    .options_first = true,
                    .run = SayArguments},
                   {.path = "bytes", .summary = "Write as it comes", .formats = "", .run = WriteBytes},
                   {.path = "quiet", .summary = "Say nothing", .formats = "", .run = SayNothing},
                   {.path = "seven", .summary = "End with seven", .run = EndWithSeven},
                   {.path = "ghost", .summary = "Nobody sees it", .hidden = true, .run = SayUser},
                   {.path = "item mark",
                    .summary = "Mark an item",
                    .arguments = {{"item", "What to mark"}},
                    .options = {{"note", 'n', "TEXT", "Why"}},
                    .run = SayArguments},
                   {.path = "item mark ls", .summary = "List marks", .run = SayArguments}},
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
