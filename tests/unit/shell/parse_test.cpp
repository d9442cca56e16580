#include <catch2/catch.hpp>

#include "tests/unit/shell/sample_program.h"
#include "tools/shell/parsed_line.h"

namespace sallyport {
namespace {

using Words = std::vector<std::string>;

// Returns the parsed command line, or its error, as one line of text.
std::string Parsed(const Words& words) {
  static const Program program = SampleProgram();
  const auto invocation = ParseCommandLine(program, words);
  if (!invocation) {
    const Error& error = invocation.error();
    CHECK((error.kind == ErrorKind::kUsage || error.kind == ErrorKind::kNotImplemented));
    if (error.kind == ErrorKind::kNotImplemented) return "missing: " + error.message;
    return fmt::format("error: {}{}{}", error.message, error.hint.empty() ? "" : "; ", error.hint);
  }
  const Command& command = *invocation->command;
  const ParsedLine& line = *invocation->line;
  std::string text(command.path);
  for (const auto* part : {&line.options, &line.arguments}) {
    for (const auto& [name, values] : *part) text += fmt::format(" {}=[{}]", name, fmt::join(values, "|"));
  }
  if (command.passthrough || command.options_first) text += fmt::format(" args=[{}]", fmt::join(line.words, "|"));
  return text;
}

struct Row {
  Words words;
  std::string expected;
};

void CheckRows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(fmt::format("{}", fmt::join(row.words, " ")));
    CHECK(Parsed(row.words) == row.expected);
  }
}

TEST_CASE("options of the program stand before, between and after the words of a command") {
  CheckRows({
      {{"--user", "eve", "item", "ls"}, "item ls user=[eve]"},
      {{"item", "--user", "eve", "ls"}, "item ls user=[eve]"},
      {{"item", "ls", "--user", "eve"}, "item ls user=[eve]"},
      {{"-u", "eve", "-d", "item", "ls"}, "item ls debug=[true] user=[eve]"},
      {{"--user=eve", "item", "--debug", "ls", "--mode=slow"}, "item ls debug=[true] mode=[slow] user=[eve]"},
      {{"--user", "item", "item", "ls"}, "item ls user=[item]"},
      {{"show", "--user", "eve", "hat"}, "show user=[eve] thing=[hat]"},
      {{"show", "hat", "--one", "1"}, "show one=[1] thing=[hat]"},
      {{"show", "--one", "1", "hat"}, "show one=[1] thing=[hat]"},
      {{"show", "item"}, "show thing=[item]"},
      {{"copy", "a", "b"}, "copy from=[a] to=[b]"},
      {{"copy", "a", "-d", "b"}, "copy debug=[true] from=[a] to=[b]"},
  });
}

TEST_CASE("the value of an option is no word of a command") {
  CheckRows({
      {{"item", "mark", "--note", "ls", "hat"}, "item mark note=[ls] item=[hat]"},
      {{"item", "mark", "-n", "ls", "hat"}, "item mark note=[ls] item=[hat]"},
      {{"item", "mark", "--note=ls", "hat"}, "item mark note=[ls] item=[hat]"},
      {{"item", "mark", "--debug", "ls"}, "item mark ls debug=[true]"},
      {{"item", "mark", "--format", "json", "ls"}, "item mark ls format=[json]"},
      {{"item", "mark", "hat", "--note", "ls"}, "item mark note=[ls] item=[hat]"},
      {{"item", "mark", "ls"}, "item mark ls"},
  });
}

TEST_CASE("the format has a short name, where the command has no other use for it") {
  Program program = SampleProgram();
  program.format_short_name = 'f';
  const Words words = {"item", "ls", "-f", "json"};
  CHECK(ParseCommandLine(program, words).value().format() == "json");
  CHECK(CommandHelp(program, *ParseCommandLine(program, words)->command).contains("-f, --format"));
  program.commands.push_back({.path = "force", .options = {{.name = "force", .short_name = 'f', .help = "Do it"}}});
  const auto forced = ParseCommandLine(program, Words{"force", "-f", "--format=yaml"});
  CHECK(forced.value().line->options.contains("force"));
  CHECK(forced.value().format() == "yaml");
  CHECK_FALSE(ParseCommandLine(SampleProgram(), words));
}

TEST_CASE("values may look like options or like commands") {
  CheckRows({
      {{"show", "--one=-1"}, "show one=[-1]"},
      {{"show", "--one=--user"}, "show one=[--user]"},
      {{"show", "--one=a=b"}, "show one=[a=b]"},
      {{"show", "--one=", "--user=eve"}, "error: --one needs a value"},
      {{"show", "--one=", "hat"}, "error: --one needs a value"},
      {{"show", "--void=", "--user=eve"}, "show user=[eve] void=[]"},
      {{"show", "--void=", "hat"}, "show void=[] thing=[hat]"},
      {{"show", "--user=-u"}, "show user=[-u]"},
      {{"show", "--", "--one"}, "show thing=[--one]"},
      {{"show", "--one", "show"}, "show one=[show]"},
      {{"copy", "-", "to"}, "copy from=[-] to=[to]"},
  });
}

TEST_CASE("an option that may be repeated keeps all values, another the last") {
  CheckRows({
      {{"show", "--label", "a=1", "-l", "b=2"}, "show label=[a=1|b=2]"},
      {{"show", "--label", "a=1,b=2", "hat"}, "show label=[a=1,b=2] thing=[hat]"},
      {{"show", "--one=1", "--one=2"}, "show one=[2]"},
  });
}

TEST_CASE("arguments that repeat take all that follows") {
  CheckRows({
      {{"item", "rm", "a", "b", "c"}, "item rm items=[a|b|c]"},
      {{"item", "rm", "a", "--user", "eve", "b"}, "item rm user=[eve] items=[a|b]"},
  });
}

TEST_CASE("what is wrong with a command line is said with what was meant") {
  CheckRows({
      {{}, "error: a command is missing; list all commands: prog help"},
      {{"--debug"}, "error: a command is missing; list all commands: prog help"},
      {{"shwo"}, "error: unknown command \"shwo\"; did you mean \"prog show\"?"},
      {{"item", "sl"}, "error: unknown command \"item sl\"; did you mean \"prog item ls\"?"},
      {{"item"},
       "error: \"prog item\" needs a subcommand; use one of: prog item ls, prog item rm, prog item "
       "mark, prog item mark ls"},
      {{"ghots"}, "error: unknown command \"ghots\"; list all commands: prog help"},
      {{"quite-another"}, "error: unknown command \"quite-another\"; list all commands: prog help"},
      {{"show", "--labl", "x"}, "error: unknown option \"--labl\"; did you mean \"--label\"?"},
      {{"show", "--usr=eve"}, "error: unknown option \"--usr\"; did you mean \"--user\"?"},
      {{"show", "--zzzzzzzz"}, "error: unknown option \"--zzzzzzzz\""},
      {{"item", "ls", "--label", "x"}, "error: unknown option \"--label\""},
      {{"show", "hat", "coat"}, "error: unexpected argument \"coat\""},
      {{"copy"}, "error: from is required"},
      {{"copy", "a", "b", "c"}, "error: unexpected argument \"c\""},
      {{"item", "rm"}, "error: items is required"},
      {{"show", "--one"}, "error: --one needs a value"},
      {{"item", "rm", "a", "--format=json"}, "error: unknown option \"--format\""},
  });
  CHECK_THAT(Parsed({"show", "--debug=maybe"}), Catch::Matchers::StartsWith("error: "));
}

TEST_CASE("fixed values are checked, those of --format too") {
  CheckRows({
      {{"show", "--mode", "fast"}, "show mode=[fast]"},
      {{"show", "--mode", "fas"}, "error: --mode cannot be \"fas\"; use one of: fast, slow"},
      {{"show", "--mode="}, "error: --mode needs a value"},
      {{"show", "--format=json"}, "show format=[json]"},
      {{"show", "--format=jsno"}, "error: --format cannot be \"jsno\"; use one of: text, json, yaml"},
      {{"item", "ls", "--format=x"}, "error: --format cannot be \"x\"; use one of: yaml, json, text"},
  });
}

TEST_CASE("what follows a passthrough command is left as it is") {
  CheckRows({
      {{"pass"}, "pass args=[]"},
      {{"pass", "get", "-o", "json", "--user", "eve", "--", "-x"}, "pass args=[get|-o|json|--user|eve|--|-x]"},
      {{"pass", "--help", "--format=?", "show"}, "pass args=[--help|--format=?|show]"},
      {{"--user", "eve", "pass", "-d", "x"}, "pass user=[eve] args=[-d|x]"},
      {{"--mode=x", "pass"}, "error: --mode cannot be \"x\"; use one of: fast, slow"},
      {{"--usr=x", "pass"}, "error: unknown option \"--usr\"; did you mean \"--user\"?"},
  });
}

TEST_CASE("what follows the first argument is left as it is, where options come first") {
  CheckRows({
      {{"far"}, "far args=[]"},
      {{"far", "host"}, "far args=[host]"},
      {{"far", "-t", "host", "-t", "--user", "eve"}, "far tty=[true] args=[host|-t|--user|eve]"},
      {{"far", "-ttd", "host"}, "far debug=[true] tty=[true|true] args=[host]"},
      {{"far", "-L", "1:a,b:2", "-L3", "host"}, "far forward=[1:a,b:2|3] args=[host]"},
      {{"far", "-tL", "x", "host"}, "far forward=[x] tty=[true] args=[host]"},
      {{"far", "--forward", "x", "--user=eve", "host"}, "far forward=[x] user=[eve] args=[host]"},
      {{"--user", "eve", "far", "--", "-x", "--", "y"}, "far user=[eve] args=[-x|--|y]"},
      {{"far", "host", "--", "-x"}, "far args=[host|--|-x]"},
      {{"far", "--ttt", "host"}, "error: unknown option \"--ttt\"; did you mean \"--tty\"?"},
      {{"far", "-L"}, "error: --forward needs a value"},
  });
}

TEST_CASE("the environment stands in for an option that is not given") {
  CHECK(Parsed({"show"}) == "show");
  const ScopedVariable variable(kUserVariable, "eve");
  CHECK(Parsed({"show"}) == "show user=[eve]");
  CHECK(Parsed({"--user=ada", "show"}) == "show user=[ada]");
  CHECK(Parsed({"pass", "x"}) == "pass user=[eve] args=[x]");
  const ScopedVariable empty(kUserVariable, "");
  CHECK(Parsed({"show"}) == "show");
}

TEST_CASE("what is not implemented is refused by its name, whatever follows it") {
  CheckRows({
      {{"lost"}, "missing: \"prog lost\""},
      {{"lost", "--any", "-x", "thing"}, "missing: \"prog lost\""},
      {{"--user", "eve", "lost"}, "missing: \"prog lost\""},
      {{"item", "find", "hat"}, "missing: \"prog item find\""},
      {{"else"}, "missing: \"prog else\""},
      {{"show", "--backwards"}, "missing: \"prog show --backwards\""},
      {{"show", "-b", "hat"}, "missing: \"prog show --backwards\""},
      {{"show", "--language=go"}, "missing: \"prog show --language\""},
      {{"--language", "go", "show"}, "missing: \"prog show --language\""},
      {{"far", "-J", "host", "x"}, "missing: \"prog far --jump\""},
      {{"show", "--backwards", "--zzzzzzzz"}, "error: unknown option \"--zzzzzzzz\""},
  });
}

TEST_CASE("options without effect are accepted, and leave no trace") {
  CheckRows({
      {{"show", "--hurry", "now", "hat"}, "show thing=[hat]"},
      {{"show", "-ynow", "--hurry=later"}, "show"},
      {{"--verbose", "show", "-v"}, "show"},
      {{"show", "--language=c", "--language=none"}, "show"},
      {{"show", "--language="}, "show"},
      {{"far", "--verbose", "x", "-J", "y"}, "far args=[x|-J|y]"},
  });
}

TEST_CASE("a flag has an opposite that takes it back") {
  CheckRows({
      {{"show", "--debug", "--no-debug"}, "show"},
      {{"--no-debug", "show"}, "show"},
      {{"show", "--no-backwards"}, "show"},
      {{"show", "--no-verbose"}, "show"},
      {{"show", "--no-one"}, "error: unknown option \"--no-one\""},
  });
}

TEST_CASE("a command has other names, and so has a group of commands") {
  CheckRows({
      {{"items", "ls"}, "item ls"},
      {{"item", "list"}, "item ls"},
      {{"items", "--debug", "list"}, "item ls debug=[true]"},
      {{"gone"}, "missing: \"prog lost\""},
      {{"items"},
       "error: \"prog item\" needs a subcommand; use one of: prog item ls, prog item rm, prog item "
       "mark, prog item mark ls"},
      {{"show", "items"}, "show thing=[items]"},
  });
}

}  // namespace
}  // namespace sallyport
