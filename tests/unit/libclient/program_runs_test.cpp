#include "libclient/program_runs.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

struct RunSample {
  Status Run(std::vector<std::string> scripts, std::size_t at_once) {
    ProgramRuns runs;
    for (auto& script : scripts) runs.commands.push_back({"sh", "-c", std::move(script)});
    runs.at_once = at_once;
    runs.on_bytes = [this](std::size_t command, bool to_stderr, std::string_view bytes) {
      (to_stderr ? err : out)[command] += bytes;
    };
    runs.on_end = [this](std::size_t command, int code) {
      codes[command] = code;
      order.push_back(command);
    };
    return RunPrograms(runs);
  }
  std::map<std::size_t, std::string> out;
  std::map<std::size_t, std::string> err;
  std::map<std::size_t, int> codes;
  std::vector<std::size_t> order;
};

TEST_CASE("programs run with their output and codes apart", "[runs]") {
  RunSample sample;
  REQUIRE(sample.Run({"echo a; echo b >&2; exit 3", "head -c 300000 /dev/zero; cat", "kill -TERM $$"}, 10));
  CHECK(sample.out[0] == "a\n");
  CHECK(sample.err[0] == "b\n");
  CHECK(sample.out[1].size() == 300'000);
  CHECK(sample.codes == std::map<std::size_t, int>{{0, 3}, {1, 0}, {2, 128 + 15}});
}

TEST_CASE("the number of programs at once has a limit", "[runs]") {
  const test::TemporaryDirectory directory;
  const std::string wait = fmt::format("while [ ! -e {0} ]; do sleep 0.01; done", directory / "go");
  RunSample sample;
  SECTION("one after the other") {
    REQUIRE(sample.Run({"touch " + directory / "go", wait, "true"}, 1));
    CHECK(sample.order == std::vector<std::size_t>{0, 1, 2});
  }
  SECTION("two beside each other") {
    REQUIRE(sample.Run({wait, "touch " + directory / "go"}, 2));
    CHECK(sample.order == std::vector<std::size_t>{1, 0});
  }
}

TEST_CASE("a missing program is an error", "[runs]") {
  ProgramRuns runs;
  runs.commands = {{"/nosuch/program"}};
  runs.on_end = [](std::size_t, int) { FAIL(); };
  const Status status = RunPrograms(runs);
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace sallyport
