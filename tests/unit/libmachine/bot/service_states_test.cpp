#include "libmachine/bot/service_states.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"

namespace sallyport {
namespace {

TEST_CASE("a bot is healthy when each of its services is") {
  ServiceStates states;
  states.Add("identity-1", "identity", "directory /out");
  states.Add("heartbeat", "internal/heartbeat");
  CHECK(states.All().front().name == "heartbeat");
  CHECK_FALSE(AllHealthy(states.All()));
  CHECK_FALSE(states.AllHaveRun("heartbeat"));
  states.Report("identity-1", {});
  CHECK(states.AllHaveRun("heartbeat"));
  CHECK_FALSE(AllHealthy(states.All()));
  states.Report("heartbeat", {});
  CHECK(AllHealthy(states.All()));

  states.Report("identity-1", Fail(ErrorKind::kConnectionProblem, "away"));
  const ServiceState failed = states.Find("identity-1").value();
  CHECK(failed.health == Health::kUnhealthy);
  CHECK(failed.reason == "away");
  CHECK(failed.last_success.has_value());
  CHECK_FALSE(states.Find("nosuch"));
  states.Report("nosuch", {});
  CHECK(states.All().size() == 2);
}

TEST_CASE("a failed attempt shows its reason, and does not change the health") {
  ServiceStates states;
  states.Add("a", "identity");
  states.Report("a", {});
  states.ReportAttempt("a", {ErrorKind::kInternal, "no", "do"});
  CHECK(states.Find("a")->health == Health::kHealthy);
  CHECK(states.Find("a")->reason == "no");
  CHECK_FALSE(ReadinessValue(*states.Find("a")).Find("reason"));
  states.Report("a", {});
  CHECK(states.Find("a")->reason.empty());
}

TEST_CASE("readiness has the form of Teleport's tbot") {
  ServiceState state;
  state.name = "identity-1";
  CHECK(ToJson(ReadinessValue(state)) == R"({"status":"initializing","updated_at":null})");
  state.health = Health::kUnhealthy;
  state.reason = "away";
  state.updated_at = Time(std::chrono::seconds(0));
  CHECK(ToJson(ReadinessValue(std::vector{state})) ==
        R"({"status":"unhealthy","services":{"identity-1":{"status":"unhealthy","reason":"away",)"
        R"("updated_at":"1970-01-01T00:00:00Z"}}})");
}

}  // namespace
}  // namespace sallyport
