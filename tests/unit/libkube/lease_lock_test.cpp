#include "libkube/lease_lock.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "tests/unit/libkube/scripted_api.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;
using test::ScriptedApi;
using namespace std::chrono_literals;

// A server that holds one lease.
class LeaseServer {
 public:
  LeaseServer() : server_([this](const Asked& asked, const Answering& answering) { return Serve(asked, answering); }) {}

  KubeEndpoint endpoint() const { return server_.endpoint(); }
  LeaseRecord record() const {
    const std::lock_guard lock(mutex_);
    return ReadLease(lease_);
  }
  // Changes the lease as another program would.
  void Change(const std::function<void(Value&)>& change) {
    const std::lock_guard lock(mutex_);
    change(lease_);
    Stamp();
  }
  void Delete() {
    const std::lock_guard lock(mutex_);
    lease_ = Value();
  }
  // Answers every request with 503 until it is told otherwise.
  void set_broken(bool broken) { broken_ = broken; }

 private:
  void Stamp() { lease_.Find("metadata")->Set("resourceVersion", std::to_string(++version_)); }

  bool Serve(const Asked& asked, const Answering& answering) {
    const std::lock_guard lock(mutex_);
    if (broken_) {
      answering.Refuse(503, "ServiceUnavailable", "not now");
    } else if (asked.method == "POST") {
      if (!lease_.is_null()) return answering.Refuse(409, "AlreadyExists", "exists"), true;
      Store(asked, answering);
    } else if (lease_.is_null()) {
      answering.Refuse(404, "NotFound", "not found");
    } else if (asked.method == "GET") {
      answering.Answer(200, ToJson(lease_));
    } else {
      const Value given = ParseJson(asked.body).value();
      if (MetadataOf(given, "resourceVersion") != MetadataOf(lease_, "resourceVersion")) {
        return answering.Refuse(409, "Conflict", "modified"), true;
      }
      Store(asked, answering);
    }
    return true;
  }
  void Store(const Asked& asked, const Answering& answering) {
    lease_ = ParseJson(asked.body).value();
    Stamp();
    answering.Answer(200, ToJson(lease_));
  }

  mutable std::mutex mutex_;
  Value lease_;
  int version_ = 0;
  std::atomic<bool> broken_ = false;
  ScriptedApi server_;  // last: its threads end first
};

// A process that wants the lease, with a clock that only the test moves.
class Candidate {
 public:
  Candidate(const LeaseServer& server, const std::string& identity)
      : api_(KubeApi::Make(server.endpoint()).value()), lock_(LeaseLock::Make(*api_, OptionsOf(identity)).value()) {}

  bool Try() { return lock_.Try({}).value(); }
  void Advance(std::chrono::milliseconds time) { *now_ += time; }
  LeaseLock& lock() { return lock_; }
  KubeApi& api() { return *api_; }

 private:
  LeaseOptions OptionsOf(const std::string& identity) const {
    LeaseOptions options{"kube-system", "leader", identity};
    options.now = [now = now_] { return *now; };
    return options;
  }
  std::shared_ptr<std::chrono::steady_clock::time_point> now_ =
      std::make_shared<std::chrono::steady_clock::time_point>(1h);
  std::unique_ptr<KubeApi> api_;
  LeaseLock lock_;
};

TEST_CASE("the first takes the lease, and keeps the time when it took it") {
  LeaseServer server;
  Candidate one(server, "one");
  CHECK(one.Try());
  const LeaseRecord taken = server.record();
  CHECK(taken.holder == "one");
  CHECK(taken.duration_seconds == 15);
  CHECK(taken.transitions == 0);
  CHECK(taken.acquired == taken.renewed);
  CHECK(taken.acquired.size() == std::string_view("2026-11-30T15:00:00.000000Z").size());
  CHECK(one.Try());
  CHECK(server.record().acquired == taken.acquired);
  CHECK(server.record().transitions == 0);
  CHECK(server.record().renewed > taken.renewed);
}

TEST_CASE("another takes a lease only when its own clock saw it unchanged for its duration") {
  LeaseServer server;
  Candidate one(server, "one");
  Candidate two(server, "two");
  REQUIRE(one.Try());
  // The times in the lease are of the clock of its holder: they count for nobody.
  server.Change([](Value& lease) { lease.Find("spec")->Set("renewTime", "2001-01-01T00:00:00.000000Z"); });
  CHECK_FALSE(two.Try());
  CHECK(two.lock().holder() == "one");
  two.Advance(14'999ms);
  CHECK_FALSE(two.Try());
  REQUIRE(one.Try());
  two.Advance(1ms);
  CHECK_FALSE(two.Try());  // it was renewed
  two.Advance(14'999ms);
  CHECK_FALSE(two.Try());
  two.Advance(1ms);
  CHECK(two.Try());
  CHECK(server.record().holder == "two");
  CHECK(server.record().transitions == 1);
  CHECK_FALSE(one.Try());
  CHECK(one.lock().holder() == "two");
}

TEST_CASE("the duration that the holder wrote counts") {
  LeaseServer server;
  Candidate one(server, "one");
  REQUIRE(one.Try());
  server.Change([](Value& lease) { lease.Find("spec")->Set("leaseDurationSeconds", 60); });
  Candidate two(server, "two");
  CHECK_FALSE(two.Try());
  two.Advance(59s);
  CHECK_FALSE(two.Try());
  two.Advance(1s);
  CHECK(two.Try());
}

TEST_CASE("a change of the object beside the record neither prolongs nor loses the lease") {
  LeaseServer server;
  Candidate one(server, "one");
  Candidate two(server, "two");
  REQUIRE(one.Try());
  CHECK_FALSE(two.Try());
  const auto label = [](Value& lease) { lease.Find("metadata")->Set("labels", Value(Value::Map{{"x", "y"}})); };
  server.Change(label);
  CHECK(one.Try());
  CHECK_FALSE(two.Try());
  two.Advance(10s);
  server.Change(label);
  CHECK_FALSE(two.Try());
  two.Advance(5s);
  CHECK(two.Try());
}

TEST_CASE("a lease that is released is free at once") {
  LeaseServer server;
  Candidate one(server, "one");
  Candidate two(server, "two");
  REQUIRE(one.Try());
  CHECK_FALSE(two.Try());
  CHECK(two.lock().Release({}));
  CHECK(server.record().holder == "one");
  server.Change([](Value& lease) { lease.Find("metadata")->Set("labels", Value::EmptyMap()); });
  CHECK(one.lock().Release({}));
  CHECK(server.record().holder.empty());
  CHECK(server.record().duration_seconds == 1);
  CHECK(two.Try());
  CHECK(server.record().transitions == 1);
}

TEST_CASE("who takes part at the same time does not hold it too") {
  LeaseServer server;
  Candidate one(server, "one");
  Candidate two(server, "two");
  REQUIRE(one.Try());
  REQUIRE(one.lock().Release({}));
  std::atomic<int> held = 0;
  std::thread other([&] { held += two.Try() ? 1 : 0; });
  held += one.Try() ? 1 : 0;
  other.join();
  CHECK(held <= 1);
  CHECK((one.Try() ? 1 : 0) + (two.Try() ? 1 : 0) == 1);
}

TEST_CASE("a lease that somebody deleted is made again") {
  LeaseServer server;
  Candidate one(server, "one");
  REQUIRE(one.Try());
  server.Delete();
  CHECK(one.Try());
  CHECK(server.record().holder == "one");
}

TEST_CASE("options that contradict each other are refused") {
  LeaseServer server;
  const auto api = KubeApi::Make(server.endpoint()).value();
  CHECK(LeaseLock::Make(*api, {"a", "b", "c"}));
  CHECK(LeaseLock::Make(*api, {"a", "b", ""}).error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(LeaseLock::Make(*api, {"a", "b", "c", 10s, 10s, 2s}));
  CHECK_FALSE(LeaseLock::Make(*api, {"a", "b", "c", 15s, 2s, 2s}));
  CHECK_FALSE(LeaseLock::Make(*api, {"a", "b", "c", 15s, 10s, 0s}));
}

LeaseOptions Quick(const std::string& identity) { return {"a", "b", identity, 2s, 300ms, 20ms}; }

TEST_CASE("a leader leads until the stop, then gives the lease away") {
  LeaseServer server;
  const auto api = KubeApi::Make(server.endpoint()).value();
  LeaseLock lock = LeaseLock::Make(*api, Quick("one")).value();
  StopSignal stop;
  std::string renewed;
  bool told = false;
  const Status ran = lock.Run(stop, [&](const StopSignal& end) {
    const std::string taken = server.record().renewed;
    while (server.record().renewed == taken) std::this_thread::sleep_for(1ms);
    renewed = server.record().holder;
    stop.Stop();
    told = !PauseUnlessStopped(20s, end);
  });
  CHECK(ran);
  CHECK(told);
  CHECK(renewed == "one");
  CHECK(server.record().holder.empty());
  CHECK(lock.Run(stop, [](const StopSignal&) {}).error().kind == ErrorKind::kInterrupted);
}

TEST_CASE("a leader that returns gives the lease away") {
  LeaseServer server;
  const auto api = KubeApi::Make(server.endpoint()).value();
  LeaseLock lock = LeaseLock::Make(*api, Quick("one")).value();
  const StopSignal stop;
  CHECK(lock.Run(stop, [](const StopSignal&) {}));
  CHECK(server.record().holder.empty());
}

TEST_CASE("a leader ends when the lease is lost") {
  LeaseServer server;
  const auto api = KubeApi::Make(server.endpoint()).value();
  LeaseLock lock = LeaseLock::Make(*api, Quick("one")).value();
  const StopSignal stop;

  SECTION("to another process") {
    const Status ran = lock.Run(stop, [&](const StopSignal& end) {
      server.Change([](Value& lease) { lease.Find("spec")->Set("holderIdentity", "two"); });
      PauseUnlessStopped(20s, end);
    });
    const Error& lost = ran.error();
    CHECK(lost.kind == ErrorKind::kCompareFailed);
    CHECK(lost.message.contains("\"two\""));
    CHECK(server.record().holder == "two");
  }
  SECTION("because the server does not answer") {
    const Status ran = lock.Run(stop, [&](const StopSignal& end) {
      server.set_broken(true);
      PauseUnlessStopped(20s, end);
    });
    CHECK(ran.error().kind == ErrorKind::kConnectionProblem);
  }
  SECTION("a short failure is no loss") {
    bool told = false;
    const Status ran = lock.Run(stop, [&](const StopSignal& end) {
      server.set_broken(true);
      PauseUnlessStopped(50ms, end);
      server.set_broken(false);
      const std::string before = server.record().renewed;
      while (server.record().renewed == before && !end.stopped()) std::this_thread::sleep_for(1ms);
      told = end.stopped();
    });
    CHECK(ran);
    CHECK_FALSE(told);
  }
}

TEST_CASE("who waits for a lease is stopped") {
  LeaseServer server;
  Candidate one(server, "one");
  REQUIRE(one.Try());
  LeaseLock lock = LeaseLock::Make(one.api(), {"kube-system", "leader", "two"}).value();
  StopSignal stop;
  std::thread stopper([&] { stop.Stop(); });
  bool led = false;
  const Status ran = lock.Run(stop, [&](const StopSignal&) { led = true; });
  stopper.join();
  CHECK(ran.error().kind == ErrorKind::kInterrupted);
  CHECK_FALSE(led);
}

}  // namespace
}  // namespace sallyport
