#include "libbase/process.h"

#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

namespace sallyport {
namespace {

ProgramOptions Shell(const std::string& script) {
  ProgramOptions options;
  options.path = "sh";
  options.arguments = {"-c", script};
  return options;
}

TEST_CASE("a program's output, errors and exit code come back") {
  const StopSignal stop;
  const auto result = RunProgram(Shell("echo out; echo err >&2; exit 3"), stop);
  REQUIRE(result);
  CHECK(result->output == "out\n");
  CHECK(result->errors == "err\n");
  CHECK(result->exit_code == 3);
  CHECK(RunProgram(Shell("kill -9 $$"), stop)->exit_code == 128 + 9);
}

TEST_CASE("arguments are not words of a shell, stdin is empty, our files are closed") {
  const StopSignal stop;
  ProgramOptions echo;
  echo.path = "/bin/echo";
  echo.arguments = {"$HOME; `id`", "two  spaces"};
  CHECK(RunProgram(echo, stop)->output == "$HOME; `id` two  spaces\n");
  CHECK(RunProgram(Shell("cat"), stop)->output.empty());
  const UniqueFd open(::dup2(STDERR_FILENO, 77));
  CHECK(RunProgram(Shell("ls /proc/self/fd"), stop)->output.find("77") == std::string::npos);
}

TEST_CASE("the environment is ours with additions, of which the last counts") {
  const StopSignal stop;
  ::setenv("SALLYPORT_TEST_A", "old", 1);
  ::setenv("SALLYPORT_TEST_B", "kept", 1);
  ProgramOptions options = Shell("echo $SALLYPORT_TEST_A $SALLYPORT_TEST_B; env | grep -c SALLYPORT_TEST_A");
  options.environment = {{"SALLYPORT_TEST_A", "first"}, {"SALLYPORT_TEST_A", "new"}};
  CHECK(RunProgram(options, stop)->output == "new kept\n1\n");
}

TEST_CASE("a program that is missing or may not run is named") {
  const StopSignal stop;
  ProgramOptions options;
  options.path = "sallyport-no-such-program";
  CHECK(RunProgram(options, stop).error().kind == ErrorKind::kNotFound);
  options.path = "/etc/passwd";
  CHECK(RunProgram(options, stop).error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("time and output are limited, and a program can be stopped") {
  StopSignal stop;
  ProgramOptions slow = Shell("sleep 600 & wait");
  slow.time_limit = std::chrono::milliseconds(50);
  CHECK(RunProgram(slow, stop).error().kind == ErrorKind::kLimitExceeded);
  ProgramOptions loud = Shell("yes");
  loud.max_output_bytes = 1000;
  CHECK(RunProgram(loud, stop).error().kind == ErrorKind::kLimitExceeded);
  ProgramOptions complaining = Shell("yes | head -c 300000 >&2; echo done");
  CHECK(RunProgram(complaining, stop)->errors.size() == complaining.max_error_bytes);
  CHECK(RunProgram(complaining, stop)->output == "done\n");
  // RunProgram does not wait for a child that keeps the pipes open.
  CHECK(RunProgram(Shell("sleep 600 & echo early"), stop)->output == "early\n");
  CHECK_FALSE(stop.stopped());
  std::jthread stopper([&stop] { stop.Stop(); });
  CHECK(RunProgram(Shell("sleep 600"), stop).error().kind == ErrorKind::kInterrupted);
  CHECK(stop.stopped());
}

}  // namespace
}  // namespace sallyport
