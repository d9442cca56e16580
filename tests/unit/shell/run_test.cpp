// Tests of RunProgram as a shell sees it: stdout, stderr, exit code.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>

#include "libbase/json.h"
#include "tests/unit/shell/sample_program.h"

namespace sallyport {
namespace {

using Words = std::vector<std::string>;

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

std::string ContentsOf(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

// The kinds of stdout with which Run() starts the program in a process.
enum class Stdout { kFile, kClosed, kFull };
Ran Run(Words words, Stdout kind = Stdout::kFile) {
  words.insert(words.begin(), "prog");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  REQUIRE((out != nullptr && err != nullptr));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(::fileno(out), STDOUT_FILENO);
    ::dup2(::fileno(err), STDERR_FILENO);
    if (kind == Stdout::kClosed) ::close(STDOUT_FILENO);
    if (kind == Stdout::kFull) ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
    ::_exit(RunProgram(SampleProgram(), static_cast<int>(arguments.size()), arguments.data()));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), ContentsOf(out), ContentsOf(err)};
}

TEST_CASE("a result goes to stdout, notices to stderr, and the code is the command's") {
  const Ran shown = Run({"--user=eve", "show"});
  CHECK(shown.code == 0);
  CHECK(shown.out == "eve\n");
  CHECK(shown.err.empty());
  const Ran seven = Run({"seven"});
  CHECK(seven.code == 7);
  CHECK(seven.out == "seven\n");
  CHECK(seven.err == "a notice\n");
}

TEST_CASE("the first format of a command is its default") {
  CHECK(Run({"item", "ls"}).out == "[]\n");
  CHECK(Run({"item", "ls", "--format=text"}).out == "Argument\n--------\n");
  CHECK(Run({"--user=eve", "show", "--format=json"}).out == "{\n  \"user\": \"eve\"\n}\n");
}

TEST_CASE("an error goes to stderr with its hint and has the exit code of its kind") {
  const Ran missing = Run({"copy", "x"});
  CHECK(missing.code == RowOf(ErrorKind::kNotFound).exit_code);
  CHECK(missing.out.empty());
  CHECK(missing.err == "prog: not found: no such thing\n  hint: look elsewhere\n");
  const Ran unknown = Run({"shwo"});
  CHECK(unknown.code == RowOf(ErrorKind::kUsage).exit_code);
  CHECK(unknown.err == "prog: unknown command \"shwo\"\n  hint: did you mean \"prog show\"?\n");
}

TEST_CASE("a result that cannot be written is an error that says why") {
  for (const Words& words : {Words{"seven"}, {"item", "ls"}, {"bytes"}, {"help"}, {"man"}, {"completion", "bash"}}) {
    const Ran closed = Run(words, Stdout::kClosed);
    CHECK(closed.code == 1);
    CHECK_THAT(closed.err, Catch::Matchers::EndsWith("prog: cannot write the result: standard output is closed\n"));
    const Ran full = Run(words, Stdout::kFull);
    CHECK(full.code == 1);
    CHECK_THAT(full.err, Catch::Matchers::EndsWith("prog: cannot write the result: No space left on device\n"));
  }
  CHECK(Run({"quiet"}, Stdout::kClosed).code == 0);  // the command has no result
}

TEST_CASE("help, man and completion are there in every program") {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{}, {"help"}, {"--help"}, {"-h"}, {"man"}, {"completion", "bash"}}) {
    INFO(fmt::format("{}", fmt::join(words, " ")));
    const Ran ran = Run(words);
    CHECK(ran.code == 0);
    CHECK_THAT(ran.out, Catch::Matchers::Contains("item"));
    CHECK(ran.err.empty());
  }
  CHECK(Run({"show", "--help"}).out == Run({"help", "show"}).out);
  CHECK(Run({"-d", "--user", "eve", "help", "show"}).out == Run({"help", "show"}).out);
  CHECK_THAT(Run({"item", "-h"}).out, Catch::Matchers::Contains("Usage: prog item <command>"));
  CHECK_THAT(Run({"item", "rm", "x", "--help"}).out, Catch::Matchers::Contains("Usage: prog item rm "));
  CHECK(Run({"completion", "csh"}).code == RowOf(ErrorKind::kUsage).exit_code);
}

TEST_CASE("a passthrough command gets --help itself") {
  const auto given = [](const std::vector<std::string>& words) { return Run(words).out; };
  CHECK(given({"pass", "--help"}) == "Argument\n--------\n--help\n");
  CHECK(given({"-u", "eve", "pass", "-h"}) == "Argument\n--------\n-h\n");
  CHECK_THAT(given({"--help", "pass"}), Catch::Matchers::Contains("Usage: prog pass"));
}

TEST_CASE("help is asked for before the first argument, where options come first") {
  CHECK_THAT(Run({"far", "--help"}).out, Catch::Matchers::Contains("Usage: prog far [options]"));
  CHECK_THAT(Run({"far", "-t", "-h"}).out, Catch::Matchers::Contains("Usage: prog far [options]"));
  CHECK_THAT(Run({"far", "host", "--help"}).out, !Catch::Matchers::Contains("Usage"));
}

TEST_CASE("bytes go out as they are, with an exit code") {
  const auto ran = Run({"bytes"});
  CHECK(ran.out == "to stdout");
  CHECK(ran.err == "a notice\nto stderr");
  CHECK(ran.code == 9);
}

}  // namespace
}  // namespace sallyport
