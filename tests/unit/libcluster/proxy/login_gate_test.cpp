#include "libcluster/proxy/login_gate.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "libbase/test_clock.h"

namespace sallyport {
namespace {

// Keeps the threads of a gate busy until LetGo().
class Busy {
 public:
  std::function<void()> work() {
    return [this] {
      ++begun_;
      until_.wait();
    };
  }
  void LetGo() { release_.set_value(); }
  int begun() const { return begun_; }

 private:
  std::atomic<int> begun_ = 0;
  std::promise<void> release_;
  std::shared_future<void> until_ = release_.get_future().share();
};

TEST_CASE("one name from one source is tried twenty times a minute, others behind the source go on") {
  LoginGate gate;
  for (int i = 0; i < 40; ++i) {
    std::promise<void> done;
    REQUIRE(gate.Submit({"192.0.2.1", "alice"}, [&done] { done.set_value(); }));
    done.get_future().wait();  // the gate permits few waiting logins
  }
  CHECK(gate.Submit({"192.0.2.1", "alice"}, [] {}).error().kind == ErrorKind::kLimitExceeded);
  CHECK(gate.Submit({"192.0.2.1", "bob"}, [] {}));
  CHECK(gate.Submit({"192.0.2.2", "alice"}, [] {}));

  TestClock clock;
  clock.Advance(std::chrono::minutes(1));
  CHECK(gate.Submit({"192.0.2.1", "alice"}, [] {}));
}

TEST_CASE("a source with too much that was wrong is heard for names that have logged in from there") {
  LoginGate gate;
  gate.Report({"192.0.2.1", "alice"}, LoginGate::Outcome::kLoggedIn);
  for (int i = 0; i < 240; ++i) gate.Report({"192.0.2.1", "x"}, LoginGate::Outcome::kWrong);
  CHECK(gate.Submit({"192.0.2.1", "bob"}, [] {}).error().kind == ErrorKind::kLimitExceeded);
  CHECK(gate.Submit({"192.0.2.1", "nobody"}, [] {}).error().kind == ErrorKind::kLimitExceeded);
  CHECK(gate.Submit({"192.0.2.1", "alice"}, [] {}));
  CHECK(gate.Submit({"192.0.2.2", "bob"}, [] {}));
}

TEST_CASE("the number of waiting logins is limited, and known sources go first") {
  Busy busy;
  std::promise<void> served;
  LoginGate gate;
  gate.Report({"192.0.2.1", "alice"}, LoginGate::Outcome::kLoggedIn);
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const auto submitted = gate.Submit({fmt::format("198.51.100.{}", i), "x"}, busy.work());
    if (submitted) continue;
    CHECK(submitted.error().kind == ErrorKind::kConnectionProblem);
    ++refused;
  }
  CHECK(refused >= 100);
  REQUIRE(gate.Submit({"192.0.2.1", "alice"}, [&] { served.set_value(); }));
  CHECK(served.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  busy.LetGo();
}

TEST_CASE("waiting logins are dropped at the end of a pool") {
  Busy busy;
  std::atomic<int> done = 0;
  {
    ThreadPool pool(ThreadPoolOptions{.max_threads = 1, .max_waiting = 3});
    pool.Submit(busy.work());
    while (busy.begun() == 0) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) REQUIRE(pool.TrySubmit([&] { ++done; }));
    CHECK_FALSE(pool.TrySubmit([&] { ++done; }));
    std::thread([&] { busy.LetGo(); }).detach();
  }
  CHECK(done <= 3);
}

}  // namespace
}  // namespace sallyport
