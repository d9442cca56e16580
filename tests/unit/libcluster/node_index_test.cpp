// Nodes are found as the backend has them now.
#include "libcluster/proxy/node_index.h"

#include <thread>

#include "auth_fixture.h"
#include "libcluster/auth/store.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

void Announce(AuthFixture& fixture, const std::string& id, const std::string& hostname, Time expires) {
  types::ServerV2 node;
  node.mutable_metadata()->set_name(id);
  node.mutable_spec()->set_hostname(hostname);
  node.mutable_spec()->set_usetunnel(true);
  SetExpires(node, expires);
  BackendTransaction transaction;
  WriteResource(transaction, "node", node, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

void Withdraw(AuthFixture& fixture, const std::string& id) {
  BackendTransaction transaction;
  transaction.Remove(ResourceKey("node", id), true);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

// Returns the id of what a name means, or "".
std::string Found(NodeIndex& index, const std::string& host) {
  const auto node = index.Find({host, 0}, {});
  return node ? node->metadata().name() : "";
}

TEST_CASE("what was there before, what comes, changes and goes") {
  AuthFixture fixture;
  const Time later = Now() + std::chrono::hours(1);
  Announce(fixture, "id-1", "web", later);
  NodeIndex index(fixture.auth().backend());
  CHECK(Found(index, "web") == "id-1");
  Announce(fixture, "id-2", "db", later);
  CHECK(Found(index, "db") == "id-2");
  Announce(fixture, "id-1", "www", later);
  CHECK(Found(index, "www") == "id-1");
  CHECK(Found(index, "web").empty());
  Withdraw(fixture, "id-2");
  CHECK(Found(index, "db").empty());
}

TEST_CASE("a node that was not heard of for too long is not there") {
  AuthFixture fixture;
  NodeIndex index(fixture.auth().backend());
  Announce(fixture, "id-1", "web", Now() + std::chrono::milliseconds(200));
  CHECK(Found(index, "web") == "id-1");
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  CHECK(Found(index, "web").empty());
}

TEST_CASE("more changes than are kept for one who does not look") {
  AuthFixture fixture;
  const Time later = Now() + std::chrono::hours(1);
  NodeIndex index(fixture.auth().backend());
  CHECK(Found(index, "web").empty());
  types::ServerV2 large;
  (*large.mutable_metadata()->mutable_labels())["x"] = std::string(100'000, 'x');
  for (int i = 0; i < 20; ++i) {
    BackendTransaction transaction;
    for (int j = 0; j < 10; ++j) {
      large.mutable_metadata()->set_name(fmt::format("large-{}-{}", i, j));
      WriteResource(transaction, "node", large, WriteMode::kUpsert);
    }
    REQUIRE(fixture.auth().Commit(std::move(transaction)));
  }
  Announce(fixture, "id-1", "web", later);
  CHECK(Found(index, "web") == "id-1");
  CHECK(Found(index, "large").empty());
}

}  // namespace
}  // namespace sallyport
