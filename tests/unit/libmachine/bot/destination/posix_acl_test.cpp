#include "libmachine/bot/destination/posix_acl.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libbase/file.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

TEST_CASE("an access control list has the kernel's bytes, in the kernel's order") {
  // As `setfacl -m u:1000:r,u:7:r,g:5:r` on a file with the mode 0600 stores it.
  CHECK(ToHex(AclFor({{1000, 7, 7}, {5}}, false)) ==
        "02000000"
        "01000600ffffffff"
        "0200040007000000"
        "02000400e8030000"
        "04000000ffffffff"
        "0800040005000000"
        "10000400ffffffff"
        "20000000ffffffff");
  CHECK(ToHex(AclFor({{7}, {}}, true)) ==
        "02000000"
        "01000700ffffffff"
        "0200050007000000"
        "04000000ffffffff"
        "10000500ffffffff"
        "20000000ffffffff");
}

TEST_CASE("the kernel takes the list, and returns it") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.Write("file", "x");
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string acl = AclFor({{12345}, {54321}}, false);
  const Status set = SetAcl(fd.get(), acl, path);
  if (!set) {
    CHECK(set.error().kind == ErrorKind::kNotImplemented);  // a file system without lists
    return;
  }
  char stored[1024];
  const ssize_t size = ::fgetxattr(fd.get(), "system.posix_acl_access", stored, sizeof stored);
  REQUIRE(size > 0);
  CHECK(ToHex({stored, static_cast<std::size_t>(size)}) == ToHex(acl));
}

TEST_CASE("readers are numbers or names of this host") {
  const AclReaders readers =
      ResolveReaders(std::vector<DestinationConfig::Reader>{{"1000", ""}, {"root", ""}, {"", "0"}, {"", "root"}})
          .value();
  CHECK(readers.users == std::vector<std::uint32_t>{1000, 0});
  CHECK(readers.groups == std::vector<std::uint32_t>{0, 0});
  const auto unknown = ResolveReaders(std::vector<DestinationConfig::Reader>{{"no-such-user", ""}});
  CHECK(unknown.error().message == "this host has no user \"no-such-user\"");
}

}  // namespace
}  // namespace sallyport
