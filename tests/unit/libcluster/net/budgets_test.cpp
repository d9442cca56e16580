#include "libcluster/net/budgets.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "libbase/socket.h"
#include "libcluster/net/byte_budget.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/source.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {
namespace {

TEST_CASE("every endpoint has a row for each state of the caller, and one only") {
  for (const Endpoint endpoint : {Endpoint::kHello, Endpoint::kWeb, Endpoint::kAuthHttp, Endpoint::kKubernetes,
                                  Endpoint::kGrpc, Endpoint::kSshTunnel}) {
    for (const CallerState state : {CallerState::kUnknown, CallerState::kKnown}) {
      std::size_t rows = 0;
      for (const auto& row : Budgets()) rows += row.endpoint == endpoint && row.state == state ? 1U : 0U;
      CHECK(rows == 1);
      CHECK(BudgetOf(endpoint, state).endpoint == endpoint);
      CHECK(BudgetOf(endpoint, state).state == state);
    }
    const Budget& unknown = BudgetOf(endpoint, CallerState::kUnknown);
    CHECK(unknown.connections_of_one > 0);
    CHECK(unknown.connections > unknown.connections_of_one);
    CHECK(unknown.unfinished_bytes <= 16U << 20);
  }
}

TEST_CASE("a source is an IPv4 address or the /64 of an IPv6 address") {
  CHECK(SourceOf("192.0.2.1:4711") == "192.0.2.1");
  CHECK(SourceOf("[::ffff:192.0.2.1]:4711") == "192.0.2.1");
  CHECK(SourceOf("[2001:db8:1:2:3:4:5:6]:80") == "2001:db8:1:2::/64");
  CHECK(SourceOf("[2001:db8:1:2:ffff::1]:81") == "2001:db8:1:2::/64");
  CHECK(SourceOf("[2001:db8:1:3::1]:80") == "2001:db8:1:3::/64");
  CHECK(SourceOf("[fe80::1%eth0]:80") == "fe80::/64");
  CHECK(SourceOf("").empty());
}

TEST_CASE("a source has its places, and all together have theirs") {
  SourceSlots slots(2, 3);
  auto first = slots.Take("a");
  auto second = slots.Take("a");
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(slots.Take("a"));
  auto third = slots.Take("b");
  CHECK(third);
  CHECK_FALSE(slots.Take("c"));
  CHECK(slots.taken() == 3);
  second.Release();
  CHECK(slots.Take("c"));
  CHECK(slots.taken() == 2);
  third = std::move(first);
  CHECK(slots.taken() == 1);
}

TEST_CASE("a limit of its own holds for one source") {
  SourceSlots slots(0, 0);
  auto first = slots.Take("a", 2);
  auto second = slots.Take("a", 2);
  CHECK(second);
  CHECK_FALSE(slots.Take("a", 2));
  CHECK(slots.Take("b", 1));
  first.Release();
  CHECK(slots.Take("a", 2));
}

TEST_CASE("a place outlives those who count it") {
  SourceSlots::Slot slot;
  {
    SourceSlots slots(1, 1);
    slot = slots.Take("a");
  }
  CHECK(slot);
  slot.Release();
  CHECK_FALSE(slot);
}

// A connection whose end a test can observe.
struct Connection {
  SocketPair ends = MakeSocketPair(SOCK_NONBLOCK).value();
  UnknownConnections::Place place;

  explicit Connection(UnknownConnections& among, const std::string& source)
      : place(among.Enter(source, ends.first.get())) {}
  bool ended() const {
    char byte = 0;
    return ::recv(ends.second.get(), &byte, 1, 0) == 0;
  }
};

TEST_CASE("a new connection of an unknown caller ends the oldest when there is no room") {
  UnknownConnections among({.connections_of_one = 2, .connections = 3});
  const Connection first(among, "a");
  const Connection second(among, "a");
  const Connection third(among, "a");
  CHECK(first.ended());
  CHECK_FALSE(second.ended());
  const Connection other(among, "b");
  CHECK_FALSE(second.ended());
  CHECK(among.size() == 3);
  const Connection last(among, "c");
  CHECK(second.ended());
  CHECK_FALSE(third.ended());
  CHECK_FALSE(other.ended());
}

TEST_CASE("a caller who has become known makes no room") {
  UnknownConnections among({.connections_of_one = 1, .connections = 5});
  Connection first(among, "a");
  first.place.Release();
  CHECK(among.size() == 0);
  const Connection second(among, "a");
  CHECK_FALSE(first.ended());
}

TEST_CASE("a connection that has the number of a closed one is not ended in its place") {
  UnknownConnections among({.connections_of_one = 1, .connections = 5});
  Connection first(among, "a");
  SocketPair other = MakeSocketPair(SOCK_NONBLOCK).value();
  // Closes the first socket and gives its number to the other.
  REQUIRE(::dup2(other.first.get(), first.ends.first.get()) == first.ends.first.get());
  const Connection second(among, "a");
  char byte = 0;
  CHECK(::recv(other.second.get(), &byte, 1, 0) == -1);
  CHECK_FALSE(second.ended());
}

TEST_CASE("bytes are given back with their lease") {
  ByteBudget budget(100);
  {
    ByteBudget::Lease lease(budget);
    CHECK(lease.Grow(60));
    CHECK_FALSE(lease.Grow(41));
    CHECK(lease.Grow(40));
    ByteBudget::Lease other(budget);
    CHECK_FALSE(other.Grow(1));
    const ByteBudget::Lease moved(std::move(lease));
    CHECK(budget.held() == 100);
  }
  CHECK(budget.held() == 0);
}

TEST_CASE("the buckets of a limiter are bounded, and the last seen stay") {
  constexpr std::size_t kMany = 150'000;
  RateLimiter limiter({1, 2});
  const Time now = Now();
  REQUIRE(limiter.Allow("busy", now));
  REQUIRE(limiter.Allow("busy", now));
  for (std::size_t i = 0; i < kMany; ++i) {
    REQUIRE(limiter.Allow(std::to_string(i), now));
    if (i % 1000 == 0) CHECK_FALSE(limiter.Allow("busy", now));
  }
  CHECK(limiter.size() <= 100'000);
  CHECK_FALSE(limiter.HasRoom("busy", now));
  CHECK(limiter.HasRoom("somebody", now));
}

}  // namespace
}  // namespace sallyport
