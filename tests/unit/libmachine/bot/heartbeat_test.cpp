#include "libmachine/bot/heartbeat.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using namespace std::chrono_literals;
namespace machineidv1 = teleport::machineid::v1;

TEST_CASE("a heartbeat says what runs, since when, and how it is") {
  ServiceState good;
  good.name = std::string(63, 'n') + "ä";
  good.type = "identity";
  good.health = Health::kHealthy;
  good.updated_at = Now();
  ServiceState bad = good;
  bad.name = "b";
  bad.health = Health::kUnhealthy;
  bad.reason = std::string(300, 'r');
  const auto request = MakeHeartbeat({"web-1", "kubernetes", Now() - 90s, true, false}, {good, bad});

  const auto& heartbeat = request.heartbeat();
  CHECK(heartbeat.hostname() == "web-1");
  CHECK(heartbeat.join_method() == "kubernetes");
  CHECK(heartbeat.is_startup());
  CHECK_FALSE(heartbeat.one_shot());
  CHECK(heartbeat.version() == "18.3.0");
  CHECK(heartbeat.os() == "linux");
  CHECK(heartbeat.kind() == machineidv1::BOT_KIND_TBOT);
  CHECK(heartbeat.uptime().seconds() >= 90);
  REQUIRE(request.service_health_size() == 2);
  CHECK(request.service_health(0).service().name() == std::string(63, 'n'));  // whole characters, 64 bytes at most
  CHECK(request.service_health(0).status() == machineidv1::BOT_INSTANCE_HEALTH_STATUS_HEALTHY);
  CHECK_FALSE(request.service_health(0).has_reason());
  CHECK(request.service_health(1).reason() == std::string(256, 'r'));
}

}  // namespace
}  // namespace sallyport
