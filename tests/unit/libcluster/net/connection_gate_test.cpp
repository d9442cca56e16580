#include "libcluster/net/connection_gate.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

const Time kStart = Time(std::chrono::hours(500'000));

int AdmittedOf(ConnectionGate& gate, const std::string& source, int count, Time now) {
  int admitted = 0;
  for (int number = 0; number < count; ++number) admitted += gate.Admit(source, now) ? 1 : 0;
  return admitted;
}

TEST_CASE("one stranger does not take the places of the others") {
  ConnectionGate gate(2);
  CHECK(AdmittedOf(gate, "192.0.2.1", 5000, kStart) == kStrangerRate.at_once);
  CHECK(gate.Admit("192.0.2.2", kStart));
  CHECK(AdmittedOf(gate, "192.0.2.1", 5000, kStart + std::chrono::seconds(2)) == kStrangerRate.per_minute / 30);
}

TEST_CASE("many strangers do not take the places of known sources") {
  ConnectionGate gate(1);
  gate.Know("198.51.100.7", "alice", kStart);
  int admitted = 0;
  for (int number = 0; number < 5000; ++number)
    admitted += gate.Admit("10.0.0." + std::to_string(number), kStart) ? 1 : 0;
  CHECK(admitted == kAllStrangersRate.at_once);
  CHECK_FALSE(gate.Admit("192.0.2.9", kStart));
  CHECK(AdmittedOf(gate, "198.51.100.7", 10'000, kStart) == kKnownSourceRate.at_once);
  CHECK_FALSE(gate.Admit("192.0.2.9", kStart));
  CHECK(gate.Admit("192.0.2.9", kStart + std::chrono::seconds(1)));
}

TEST_CASE("a source is known for an hour") {
  ConnectionGate gate(1);
  gate.Know("198.51.100.7", "alice", kStart);
  CHECK(AdmittedOf(gate, "198.51.100.7", 3000, kStart + std::chrono::minutes(59)) == 3000);
  CHECK(AdmittedOf(gate, "198.51.100.7", 3000, kStart + std::chrono::minutes(61)) == kStrangerRate.at_once);
}

TEST_CASE("whoever steers connections learns of new sources") {
  ConnectionGate gate(1);
  int changes = 0;
  gate.OnChange([&changes] { ++changes; });
  gate.Know("198.51.100.7", "alice", kStart);
  gate.Know("198.51.100.7", "alice", kStart);
  gate.Know("198.51.100.7", "bob", kStart);
  CHECK(changes == 1);
  gate.Know("198.51.100.8", "bob", kStart + std::chrono::minutes(30));
  CHECK(changes == 2);
  CHECK(gate.KnownSources(kStart) == std::vector<std::string>{"198.51.100.8", "198.51.100.7"});
  CHECK(gate.KnownSources(kStart + std::chrono::minutes(61)) == std::vector<std::string>{"198.51.100.8"});
  gate.Know("198.51.100.7", "bob", kStart + std::chrono::minutes(61));
  CHECK(changes == 3);
}

TEST_CASE("a caller vouches for the last sources only") {
  ConnectionGate gate(1);
  const auto is_known = [&gate](const std::string& source) {
    return AdmittedOf(gate, source, static_cast<int>(kStrangerRate.at_once) + 1, kStart) > kStrangerRate.at_once;
  };
  gate.Know("198.51.100.7", "alice", kStart);
  for (std::size_t number = 0; number <= kSourcesOfOneCaller; ++number) {
    gate.Know("198.51.100.7", "mallory", kStart);  // alice uses this address, too
    gate.Know("10.0.0." + std::to_string(number), "mallory", kStart);
  }
  CHECK(is_known("198.51.100.7"));
  CHECK_FALSE(is_known("10.0.0.0"));
  CHECK(is_known("10.0.0.1"));
  CHECK(is_known("10.0.0." + std::to_string(kSourcesOfOneCaller)));

  gate.Know("10.0.0.0", "mallory", kStart);
  CHECK(is_known("10.0.0.0"));
  CHECK_FALSE(is_known("10.0.0.1"));
}

}  // namespace
}  // namespace sallyport
