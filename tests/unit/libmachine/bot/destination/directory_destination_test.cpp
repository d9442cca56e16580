#include "libmachine/bot/destination/directory_destination.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

DestinationConfig At(const std::string& path) {
  DestinationConfig config;
  config.type = DestinationType::kDirectory;
  config.path = path;
  return config;
}

TEST_CASE("a directory is made, private, and keeps files") {
  const test::TemporaryDirectory directory;
  DirectoryDestination destination(At(directory / "a/b"));
  CHECK(destination.description() == "directory " + directory / "a/b");
  REQUIRE(destination.Init());
  CHECK(test::ModeOf(directory / "a/b") == 0700);
  CHECK(test::ModeOf(directory / "a/b/.write-test") == 0600);
  const BotFile files[] = {{"key", Secret("secret")}};
  REQUIRE(destination.Write(files));
  CHECK(destination.Read("key").value().Reveal() == "secret");
  CHECK(destination.Read("other").error().kind == ErrorKind::kNotFound);
  CHECK(destination.directory() == directory / "a/b");
  CHECK(destination.persists());
}

TEST_CASE("one bot uses a storage directory at a time") {
  const test::TemporaryDirectory directory;
  DirectoryDestination first(At(directory.path()));
  DirectoryDestination second(At(directory.path()));
  {
    const auto lock = first.Lock().value();
    CHECK(lock.has_value());
    CHECK(second.Lock().error().kind == ErrorKind::kLimitExceeded);
  }
  CHECK(second.Lock());
}

TEST_CASE("a relative path is shown as an absolute one") {
  const test::TemporaryDirectory directory;
  char before[4096];
  REQUIRE(::getcwd(before, sizeof before) != nullptr);
  REQUIRE(::chdir(directory.path().c_str()) == 0);
  CHECK(DirectoryDestination(At("out/")).directory() == directory / "out");
  CHECK(DirectoryDestination(At("./out")).directory() == directory / "out");
  REQUIRE(::chdir(before) == 0);
}

TEST_CASE("readers that this host does not have fail only when they are required") {
  const test::TemporaryDirectory directory;
  DestinationConfig config = At(directory.path());
  config.readers = {{"no-such-user", ""}};
  CHECK(DirectoryDestination(config).Init());
  config.acls = AclMode::kRequired;
  const Status failed = DirectoryDestination(config).Init();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "this host has no user \"no-such-user\"");
  config.acls = AclMode::kOff;
  CHECK(DirectoryDestination(config).Init());
}

}  // namespace
}  // namespace sallyport
