#include "libmachine/bot/config/service_config.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("every type of tbot.yaml is known") {
  for (const std::string_view name : {"identity", "ssh_host", "kubernetes", "kubernetes/v2", "application"}) {
    CHECK(FindServiceType(name).value()->served);
  }
  CHECK(UnservedTypes().size() == 14);
  for (const auto name : UnservedTypes()) {
    CAPTURE(name);
    CHECK_FALSE(FindServiceType(name).value()->served);
  }
  const auto misspelled = FindServiceType("kubernets");
  REQUIRE_FALSE(misspelled);
  CHECK(misspelled.error().hint == "did you mean \"kubernetes\"?");
}

TEST_CASE("a lifetime is whole, positive and not longer than a cluster issues") {
  CHECK(CheckLifetime({}));
  CHECK(CheckLifetime({1h, 20min}));
  CHECK_FALSE(CheckLifetime({1h, {}}));
  CHECK_FALSE(CheckLifetime({{}, 1h}));
  CHECK_FALSE(CheckLifetime({-1h, 20min}));
  CHECK(UnwiseLifetime({1h, 20min}, false).empty());
  CHECK_FALSE(UnwiseLifetime({10min, 20min}, false).empty());
  CHECK(UnwiseLifetime({10min, 20min}, true).empty());
  CHECK(UnwiseLifetime({168h, 20min}, false).empty());
  CHECK_FALSE(UnwiseLifetime({169h, 20min}, false).empty());
}

TEST_CASE("an entry is written with its type first") {
  ServiceConfig service;
  service.type = "kubernetes";
  service.name = "mine";
  service.destination.type = DestinationType::kMemory;
  service.kubernetes_cluster = "dev";
  service.lifetime = {1h, 20min};
  const Value value = ServiceValue(service);
  REQUIRE(value.as_map().size() == 7);
  CHECK(value.as_map()[0].first == "type");
  CHECK(value.as_map()[1].second.as_string() == "mine");
  CHECK(value.Find("credential_ttl")->as_string() == "1h0m0s");

  ServiceConfig other;
  other.type = "database";
  other.raw = Value(Value::Map{{"type", "database"}, {"service", "pg"}});
  CHECK(ServiceValue(other) == other.raw);
}

}  // namespace
}  // namespace sallyport
