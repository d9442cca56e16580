#include "libcluster/backend/data_dir_lock.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <optional>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a data directory has one holder, which others can name, until it goes") {
  const test::TemporaryDirectory directory;
  const std::string data = directory.path() + "/a/b";
  {
    const auto held = DataDirLock::Acquire(data, milliseconds(0));
    REQUIRE(held);
    CHECK(ReadFile(data + "/teleport.lock").value() == std::to_string(::getpid()) + "\n");
    const auto second = DataDirLock::Acquire(data, milliseconds(0));
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == ErrorKind::kAlreadyExists);
    CHECK(second.error().message == fmt::format("the data directory {} is in use by process {}", data, ::getpid()));
  }
  CHECK(DataDirLock::Acquire(data, milliseconds(0)));
}

TEST_CASE("a lock file that is something else is refused") {
  const test::TemporaryDirectory directory;
  REQUIRE(::symlink("/etc/hostname", (directory.path() + "/teleport.lock").c_str()) == 0);
  const auto lock = DataDirLock::Acquire(directory.path(), milliseconds(0));
  REQUIRE_FALSE(lock);
  CHECK(lock.error().message.contains(directory.path() + "/teleport.lock"));
}

}  // namespace
}  // namespace sallyport
