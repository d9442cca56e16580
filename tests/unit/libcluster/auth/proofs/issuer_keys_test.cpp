// Tests of kept keys of issuers: how often they are fetched.
#include "libcluster/auth/proofs/issuer_keys.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "libbase/test_clock.h"

namespace sallyport {
namespace {

const Issuer kIssuer{"https://issuer.example.com"};

// Counts fetches; the answer is one key, or an error.
struct CountedFetch {
  std::atomic<int> fetches = 0;
  std::string key_id = "one";
  bool fails = false;
  IssuerKeys keys{[this](const Issuer&) -> Result<std::vector<JsonWebKey>> {
    ++fetches;
    if (fails) return Fail(ErrorKind::kConnectionProblem, "the issuer does not answer");
    return std::vector{JsonWebKey{key_id, "", PublicKey()}};
  }};
  std::string Id(std::string_view wanted) {
    const auto got = keys.KeysOf(kIssuer, wanted);
    return got ? got.value()->front().id : got.error().message;
  }
};

TEST_CASE("keys are kept for five minutes") {
  TestClock clock;
  CountedFetch counted;
  for (int i = 0; i < 5; ++i) CHECK(counted.Id("one") == "one");
  CHECK(counted.fetches == 1);
  counted.key_id = "two";
  clock.Advance(std::chrono::seconds(299));
  CHECK(counted.Id("one") == "one");
  CHECK(counted.fetches == 1);
  clock.Advance(std::chrono::seconds(2));
  CHECK(counted.Id("one") == "two");
  CHECK(counted.fetches == 2);
}

TEST_CASE("an unknown key causes a fetch a minute at most") {
  TestClock clock;
  CountedFetch counted;
  CHECK(counted.Id("one") == "one");
  for (int i = 0; i < 10; ++i) CHECK(counted.Id("two") == "one");
  CHECK(counted.fetches == 1);
  clock.Advance(std::chrono::seconds(61));
  for (int i = 0; i < 10; ++i) CHECK(counted.Id("two") == "one");
  CHECK(counted.fetches == 2);
  clock.Advance(std::chrono::seconds(61));
  counted.key_id = "two";
  CHECK(counted.Id("two") == "two");
  CHECK(counted.fetches == 3);
}

TEST_CASE("a failing issuer is asked again after ten seconds, and known keys go on for their time") {
  TestClock clock;
  CountedFetch counted;
  counted.fails = true;
  for (int i = 0; i < 5; ++i) CHECK(counted.Id("one") == "the issuer does not answer");
  CHECK(counted.fetches == 1);
  counted.fails = false;
  clock.Advance(std::chrono::seconds(11));
  CHECK(counted.Id("one") == "one");
  counted.fails = true;
  clock.Advance(std::chrono::seconds(61));
  CHECK(counted.Id("two") == "the issuer does not answer");
  CHECK(counted.Id("one") == "one");
  CHECK(counted.fetches == 3);
  clock.Advance(std::chrono::seconds(240));
  CHECK(counted.Id("one") == "the issuer does not answer");
}

TEST_CASE("issuers are kept apart, also by what they may do") {
  CountedFetch counted;
  CHECK(counted.keys.KeysOf({"https://a"}, "one"));
  CHECK(counted.keys.KeysOf({"https://b"}, "one"));
  CHECK(counted.keys.KeysOf({"https://b", false, true}, "one"));
  CHECK(counted.fetches == 3);
  for (int i = 0; i < 300; ++i) CHECK(counted.keys.KeysOf({fmt::format("https://{}", i)}, "one"));
}

TEST_CASE("joins at the same time share one fetch, and only some wait for it") {
  constexpr int kJoins = kMaxKeyWaiters + 4;
  std::atomic<int> fetches = 0;
  std::atomic<int> refused = 0;
  IssuerKeys keys([&](const Issuer&) -> Result<std::vector<JsonWebKey>> {
    ++fetches;
    // The fetch ends when those that may not wait have their refusals.
    while (refused < kJoins - kMaxKeyWaiters) std::this_thread::yield();
    return std::vector{JsonWebKey{"one", "", PublicKey()}};
  });
  std::atomic<int> served = 0;
  std::vector<std::thread> joins;
  for (int i = 0; i < kJoins; ++i) {
    joins.emplace_back([&] {
      const auto got = keys.KeysOf(kIssuer, "one");
      if (got) ++served;
      if (!got && got.error().kind == ErrorKind::kLimitExceeded) ++refused;
    });
  }
  for (auto& join : joins) join.join();
  CHECK(fetches == 1);
  CHECK(served == kMaxKeyWaiters);
}

}  // namespace
}  // namespace sallyport
