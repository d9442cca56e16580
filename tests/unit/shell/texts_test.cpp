// Tests of help, man page and completion scripts.
#include <catch2/catch.hpp>

#include "tests/unit/shell/sample_program.h"

namespace sallyport {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("help, man page and completions have every visible command, and no hidden one") {
  const Program program = SampleProgram();
  const std::string help = ProgramHelp(program, "");
  const std::string man = ManPage(program);
  for (const auto& command : program.commands) {
    INFO(command.path);
    CHECK(help.contains(fmt::format("\n  {} ", command.path)) == !command.hidden);
    CHECK(man.contains(fmt::format("\n.SS {}\n", command.path)) == !command.hidden);
    for (const char* shell : {"bash", "zsh"}) {
      CHECK(Completion(program, shell).contains(fmt::format("'{}'", command.path)) == !command.hidden);
    }
    const std::string last(command.path.substr(command.path.rfind(' ') + 1));
    CHECK(Completion(program, "fish").contains(fmt::format("-a '{}'", last)) == !command.hidden);
  }
  for (const std::string& text : {help, man, Completion(program, "bash"), Completion(program, "zsh"),
                                  Completion(program, "fish"), CommandHelp(program, program.commands[0])}) {
    CHECK_THAT(text, !Contains("secret-option") && !Contains("hidden-option") && !Contains("ghost"));
  }
  CHECK(Completion(program, "csh").empty());
}

TEST_CASE("what is not implemented is in the help for all alone, and marked there") {
  const Program program = SampleProgram();
  const std::string all = ProgramHelp(program, "", true);
  CHECK_THAT(all,
             Contains("\n  lost          (not implemented)\n") && Contains("\n  item find     (not implemented)\n"));
  CHECK_THAT(all, Contains("\n  item list     Same as: item ls\n") && Contains("\n  ghost         Nobody sees it\n"));
  CHECK_THAT(ProgramHelp(program, "item", true), Contains("  item find") && !Contains("  lost"));
  const std::string options = CommandHelp(program, program.commands[0], true);
  CHECK_THAT(options, Contains("-b, --backwards") && Contains("(not implemented)\n"));
  CHECK_THAT(options, Contains("Except for c, none: (not implemented)\n") && Contains("Has no effect\n"));
  for (const std::string& text :
       {ProgramHelp(program, ""), ManPage(program), CommandHelp(program, program.commands[0]),
        Completion(program, "bash"), Completion(program, "zsh"), Completion(program, "fish")}) {
    CHECK_THAT(text, !Contains("lost") && !Contains("item find") && !Contains("backwards") && !Contains("hurry"));
  }
}

TEST_CASE("the help of a group has its commands only") {
  const std::string help = ProgramHelp(SampleProgram(), "item");
  CHECK_THAT(help, Contains("Usage: prog item <command>") && Contains("  item ls") && Contains("  item rm"));
  CHECK_THAT(help, !Contains("  show") && !Contains("  copy"));
}

TEST_CASE("the help of a command has its arguments, options, their values and an example") {
  const Program program = SampleProgram();
  const std::string help = CommandHelp(program, program.commands[0]);
  for (const char* part : {"Show the user's name\n", "Usage: prog show [options] [<thing>]\n", "<thing>  What to show",
                           "-l, --label LABEL", "    --one VALUE", "--format FORMAT", "(text|json|yaml)",
                           "Who it is [$SALLYPORT_SHELL_TEST_USER]", "(fast|slow)", "$ prog show --one=-1"}) {
    CHECK_THAT(help, Contains(part));
  }
  CHECK_THAT(CommandHelp(program, program.commands[2]),
             Contains("Usage: prog item rm [options] <items>...\n") && !Contains("--format"));
  CHECK_THAT(CommandHelp(program, program.commands[3]), Contains("Usage: prog copy [options] <from> [<to>]\n"));
  CHECK_THAT(CommandHelp(program, program.commands[4]), Contains("Usage: prog pass\n"));
}

TEST_CASE("a man page escapes what roff would take for its own") {
  Program program = SampleProgram();
  program.summary = "'quote";
  program.commands[0].summary = ".dot \\n back-slash";
  const std::string man = ManPage(program);
  CHECK_THAT(man, Contains("\n\\&.dot \\en back\\-slash.\n"));
  CHECK_THAT(man, Contains("\n.B \\-l, \\-\\-label LABEL\n") && Contains("\n.B \\-\\-one VALUE\n"));
  CHECK_THAT(man, Contains("\n.B \\-\\-format FORMAT\nOutput format (yaml|json|text).\n"));
  CHECK_THAT(man, Contains(".SH EXIT STATUS\n.TP\n.B 0\nSuccess.\n") && Contains("\n.B 5\nnot found.\n"));
}

TEST_CASE("completions quote texts and know fixed values") {
  Program program = SampleProgram();
  program.commands[0].summary = "Show a 'thing'";
  CHECK_THAT(Completion(program, "zsh"), Contains("'show:Show a '\\''thing'\\'''\n"));
  CHECK_THAT(Completion(program, "fish"), Contains("-a 'show' -d 'Show a '\\''thing'\\'''\n"));
  CHECK_THAT(Completion(program, "bash"), Contains("*:--mode) words='fast slow' ;;\n"));
  CHECK_THAT(Completion(program, "bash"), Contains("'item ls:--format') words='yaml json text' ;;\n"));
  CHECK_THAT(Completion(program, "zsh"), Contains("('item ls:--format') values=(yaml json text) ;;\n"));
  CHECK_THAT(Completion(program, "fish"), Contains(" -l mode -d 'How it is done' -x -a 'fast slow'\n"));
}

}  // namespace
}  // namespace sallyport
