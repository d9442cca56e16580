#include "libmachine/operator/reconcile_queue.h"

#include <catch2/catch.hpp>

#include <thread>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

QueuedCustom RoleNamed(const std::string& name, ReconcileCause cause = ReconcileCause::kCustomResource) {
  return {.kind = FindCustomKind("TeleportRoleV7"), .name = name, .cause = cause};
}

TEST_CASE("a custom resource is queued once, and a change counts more than drift") {
  ReconcileQueue queue({});
  queue.Add(RoleNamed("one"));
  queue.Add(RoleNamed("one", ReconcileCause::kDrift));
  queue.Add(RoleNamed("two", ReconcileCause::kDrift));
  const auto two = queue.Take();
  const auto one = queue.Take();
  REQUIRE((one && two));
  const auto& drifted = one->name == "two" ? *one : *two;
  const auto& changed = one->name == "one" ? *one : *two;
  CHECK(changed.name == "one");
  CHECK(changed.cause == ReconcileCause::kCustomResource);
  CHECK(drifted.cause == ReconcileCause::kDrift);

  queue.Close();
  CHECK_FALSE(queue.Take());
}

TEST_CASE("a custom resource in work comes again when its worker is done") {
  ReconcileQueue queue({});
  queue.Add(RoleNamed("one"));
  const auto first = queue.Take();
  queue.Add(RoleNamed("one"));
  queue.Add(RoleNamed("two"));
  CHECK(queue.Take()->name == "two");
  queue.Done(*first, false);
  CHECK(queue.Take()->name == "one");
}

TEST_CASE("a failed custom resource comes again after pauses that grow, and at once when it is changed") {
  ReconcileQueue queue({.first_pause = 20ms, .longest_pause = 1h});
  queue.Add(RoleNamed("one"));
  const auto begin = std::chrono::steady_clock::now();
  queue.Done(*queue.Take(), true);
  const auto second = queue.Take();
  CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
  queue.Done(*second, true);
  queue.Done(*queue.Take(), true);
  CHECK(std::chrono::steady_clock::now() - begin >= 60ms);

  ReconcileQueue slow({.first_pause = 1h, .longest_pause = 1h});
  slow.Add(RoleNamed("one"));
  slow.Done(*slow.Take(), true);
  slow.Add(RoleNamed("one"));
  CHECK(slow.Take()->name == "one");
}

TEST_CASE("the end of a queue ends the waits of its workers") {
  ReconcileQueue queue({});
  std::jthread worker([&] { CHECK_FALSE(queue.Take()); });
  queue.Close();
}

TEST_CASE("a queue counts what is due, and is empty when it is opened again") {
  ReconcileQueue queue({.first_pause = std::chrono::hours(1), .longest_pause = std::chrono::hours(1)});
  const CustomKind& kind = CustomKinds().front();
  queue.Add({&kind, "a"});
  queue.Add({&kind, "b"});
  CHECK(queue.depth() == 2);
  const auto taken = queue.Take();
  REQUIRE(taken);
  CHECK(queue.depth() == 1);
  queue.Done(*taken, true);  // which waits for its pause
  CHECK(queue.depth() == 1);

  queue.Close();
  CHECK_FALSE(queue.Take());
  queue.Reopen();
  CHECK(queue.depth() == 0);
  queue.Add({&kind, "c"});
  CHECK(queue.Take()->name == "c");
}

}  // namespace
}  // namespace sallyport
