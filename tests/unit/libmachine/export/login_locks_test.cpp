#include "libmachine/export/login_locks.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a login is locked after its attempts, and the period refills them") {
  LoginLocks locks(3, std::chrono::minutes(1));
  const Time begin = Now();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(locks.Failed("a", begin));
  CHECK(locks.Failed("a", begin));
  CHECK_FALSE(locks.Failed("b", begin));
  CHECK_FALSE(locks.Failed("a", begin + std::chrono::minutes(1)));
}

TEST_CASE("strangers' logins do not fill the memory") {
  LoginLocks locks(1, std::chrono::hours(1));
  const Time begin = Now();
  CHECK_FALSE(locks.Failed("a", begin + std::chrono::seconds(1)));
  for (int i = 0; i < 10'050; ++i) locks.Failed(std::to_string(i), begin);
  CHECK(locks.Failed("a", begin + std::chrono::seconds(2)));
}

}  // namespace
}  // namespace sallyport
