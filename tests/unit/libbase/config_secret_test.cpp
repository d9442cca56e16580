#include "libbase/config_secret.h"

#include <catch2/catch.hpp>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

TEST_CASE("a secret is given as itself or as the path of its file") {
  const test::TemporaryDirectory directory;
  CHECK(ConfigSecret("abc").value() == "abc");
  CHECK(ConfigSecret("").value().empty());
  CHECK(ConfigSecret("a/b").value() == "a/b");
  CHECK(ConfigSecret(directory.Write("token", " abc \n")).value() == "abc");
}

TEST_CASE("a secret's file that is missing or too large is refused") {
  const test::TemporaryDirectory directory;
  CHECK(ConfigSecret(directory / "missing").error().kind == ErrorKind::kNotFound);
  CHECK(ConfigSecret(directory.Write("large", std::string((64 << 10) + 1, 'x'))).error().kind ==
        ErrorKind::kLimitExceeded);
}

}  // namespace
}  // namespace sallyport
