#include "libkube/exec_cache.h"

#include <catch2/catch.hpp>

#include "libbase/test_clock.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

ExecCredential Made(Time expires) {
  ExecCredential credential;
  credential.token = Secret("t");
  credential.expires = expires;
  return credential;
}

TEST_CASE("a credential is kept until it expires") {
  TestClock clock;
  ExecCache cache;
  CHECK_FALSE(cache.Current());
  const auto kept = cache.Keep(Made(Now() + 1h));
  CHECK(cache.Current() == kept);
  clock.Advance(61min);
  CHECK_FALSE(cache.Current());
}

TEST_CASE("a refused credential is dropped, unless it is brand-new") {
  TestClock clock;
  ExecCache cache;
  const auto kept = cache.Keep(Made({}));
  CHECK_FALSE(cache.Reject(kept));
  CHECK(cache.Current() == kept);
  CHECK(cache.Reject(nullptr));  // of another credential than the present one
  CHECK(cache.Current() == kept);
  clock.Advance(3s);
  CHECK(cache.Reject(kept));
  CHECK_FALSE(cache.Current());
}

}  // namespace
}  // namespace sallyport
