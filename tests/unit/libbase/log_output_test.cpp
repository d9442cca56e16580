#include "libbase/log_output.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "libbase/file.h"
#include "libbase/log.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

// Sends the log to a file. The process has one log, so the destructor returns it to stderr.
struct LogToFile {
  explicit LogToFile(const std::string& log_path) : path(log_path) {
    LogOutput output;
    output.target = LogOutput::Target::kFile;
    output.path = path;
    opened = OpenLog(output);
  }
  ~LogToFile() { REQUIRE(OpenLog({})); }

  std::string Text() const { return ReadFile(path).value(); }

  const std::string path;
  Status opened;
};

TEST_CASE("a log file is made for its owner alone, and appended to") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  {
    const LogToFile log(path);
    REQUIRE(log.opened);
    Log(LogLevel::kInfo, "one");
  }
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const LogToFile log(path);
  Log(LogLevel::kInfo, "two");
  CHECK(log.Text().contains("one\n"));
  CHECK(log.Text().ends_with("two\n"));
}

TEST_CASE("a log file that was moved away or removed is opened anew by itself") {
  const test::TemporaryDirectory directory;
  const LogToFile log(directory.path() + "/log");
  Log(LogLevel::kInfo, "one");
  std::filesystem::rename(log.path, log.path + ".1");
  Log(LogLevel::kInfo, "two");
  CHECK(ReadFile(log.path + ".1").value().ends_with("one\n"));
  CHECK(log.Text().ends_with("two\n"));
  CHECK_FALSE(log.Text().contains("one"));
  std::filesystem::remove(log.path);
  ReopenLog();
  CHECK(log.Text().empty());
}

TEST_CASE("lines that do not fit on a full disk are counted") {
  const test::TemporaryDirectory directory;
  const LogToFile log(directory.path() + "/log");
  std::filesystem::remove(log.path);
  std::filesystem::create_symlink("/dev/full", log.path);
  Log(LogLevel::kInfo, "lost");
  Log(LogLevel::kInfo, "lost too");
  std::filesystem::remove(log.path);
  Log(LogLevel::kInfo, "kept");
  CHECK(log.Text().starts_with("2 lines of the log could not be written\n"));
  CHECK(log.Text().ends_with("kept\n"));
  CHECK_FALSE(log.Text().contains("lost"));
}

TEST_CASE("a path that cannot be opened is an error that names it; the log stays where it was") {
  const test::TemporaryDirectory directory;
  const LogToFile log(directory.path() + "/log");
  const LogToFile missing(directory.path() + "/nosuch/log");
  REQUIRE_FALSE(missing.opened);
  CHECK(missing.opened.error().kind == ErrorKind::kNotFound);
  CHECK(missing.opened.error().message.contains(missing.path));
  Log(LogLevel::kInfo, "here");
  CHECK(log.Text().ends_with("here\n"));
  CHECK_FALSE(LogToFile(directory.path()).opened);
}

TEST_CASE("lines have the parts that they are asked for") {
  const test::TemporaryDirectory directory;
  LogOutput output;
  output.target = LogOutput::Target::kFile;
  output.path = directory.path() + "/log";
  output.time = false;
  REQUIRE(OpenLog(output));
  Log(LogLevel::kInfo, "plain");
  SetLogOptions({.json = true});
  output.level = false;
  REQUIRE(OpenLog(output));
  Log(LogLevel::kInfo, "json", {{"key", "value"}});
  SetLogOptions({});
  REQUIRE(OpenLog({}));
  CHECK(ReadFile(output.path).value() == "info    plain\n{\"message\":\"json\",\"key\":\"value\"}\n");
}

}  // namespace
}  // namespace sallyport
