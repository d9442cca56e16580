// Tests that the cache lists nodes as the backend has them.
#include "libcluster/auth/nodes/node_cache.h"
#include "libresources/kinds/metadata.h"

#include <catch2/catch.hpp>

#include "libbase/test_clock.h"
#include "libcluster/backend/store.h"
#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

void Announce(AuthFixture& fixture, const std::string& id, const std::string& hostname, Time expires) {
  types::ServerV2 node;
  node.mutable_metadata()->set_name(id);
  node.mutable_spec()->set_hostname(hostname);
  node.mutable_spec()->set_usetunnel(true);
  SetExpires(node, expires);
  BackendTransaction transaction;
  WriteResource(transaction, node, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

void Withdraw(AuthFixture& fixture, const std::string& id) {
  BackendTransaction transaction;
  transaction.Remove(ResourceKey("node", id), true);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

// Returns the ids of a part of the list.
std::vector<std::string> IdsOf(const Result<std::vector<SharedNode>>& nodes) {
  REQUIRE(nodes);
  std::vector<std::string> ids;
  for (const auto& node : *nodes) ids.push_back(node->metadata().name());
  return ids;
}

using Names = std::vector<std::string>;

TEST_CASE("the list follows new, changed and removed nodes") {
  AuthFixture fixture;
  const Time later = Now() + std::chrono::hours(1);
  Announce(fixture, "id-1", "web", later);
  NodeCache cache(fixture.auth().backend());
  CHECK(IdsOf(cache.All()) == Names{"id-1"});
  Announce(fixture, "id-2", "db", later);
  CHECK(IdsOf(cache.All()) == Names{"id-2", "id-1"});
  Announce(fixture, "id-1", "aaa", later);
  CHECK(IdsOf(cache.All()) == Names{"id-1", "id-2"});
  Withdraw(fixture, "id-2");
  CHECK(IdsOf(cache.All()) == Names{"id-1"});
}

TEST_CASE("pieces of a list, in either direction") {
  AuthFixture fixture;
  const Time later = Now() + std::chrono::hours(1);
  NodeCache cache(fixture.auth().backend());
  CHECK(IdsOf(cache.All()).empty());
  for (const char* id : {"1", "2", "3"}) Announce(fixture, id, "web", later);
  Announce(fixture, "4", "web-a", later);  // after all of "web", although '-' is less than many separators
  const auto order = [](const std::string& id) { return "web" + (kOrderSeparator + id); };
  CHECK(IdsOf(cache.List({}, 2)) == Names{"1", "2"});
  CHECK(IdsOf(cache.List({order("2"), false, false}, 9)) == Names{"3", "4"});
  CHECK(IdsOf(cache.List({order("2"), true, false}, 2)) == Names{"2", "3"});
  CHECK(IdsOf(cache.List({"", true, true}, 2)) == Names{"4", "3"});
  CHECK(IdsOf(cache.List({order("2"), false, true}, 9)) == Names{"1"});
  CHECK(IdsOf(cache.List({order("2"), true, true}, 9)) == Names{"2", "1"});
}

TEST_CASE("an expired node is not listed") {
  AuthFixture fixture;
  NodeCache cache(fixture.auth().backend());
  Announce(fixture, "id-1", "web", Now() + std::chrono::minutes(10));
  CHECK(IdsOf(cache.All()) == Names{"id-1"});
  TestClock clock;
  clock.Advance(std::chrono::minutes(10));
  CHECK(IdsOf(cache.All()).empty());
}

TEST_CASE("more changes at once than a watcher keeps") {
  AuthFixture fixture;
  NodeCache cache(fixture.auth().backend());
  CHECK(IdsOf(cache.All()).empty());
  types::ServerV2 large;
  (*large.mutable_metadata()->mutable_labels())["x"] = std::string(100'000, 'x');
  BackendTransaction transaction;
  for (int i = 0; i < 200; ++i) {
    large.mutable_metadata()->set_name(fmt::format("large-{}", i));
    WriteResource(transaction, large, WriteMode::kUpsert);
  }
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
  CHECK(IdsOf(cache.All()).size() == 200);
  Withdraw(fixture, "large-0");
  CHECK(IdsOf(cache.All()).size() == 199);
}

}  // namespace
}  // namespace sallyport
