// Tests of removed and locked hosts, of groups of hosts, and of the owners of names of Kubernetes clusters.
#include "libcluster/auth/trust/hosts.h"
#include "libcluster/auth/joining/host_removal.h"

#include "libcluster/tunnel/kube_names.h"
#include "teleport/legacy/types/lock.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

const std::string kOneHost = "11111111-1111-4111-8111-111111111111";
const std::string kOther = "22222222-2222-4222-8222-222222222222";

void Join(AuthFixture& fixture, const std::string& host_id, std::string_view token) {
  BackendTransaction transaction;
  PutHostGroup(transaction, host_id, HostGroupOfToken(token), Now() + std::chrono::hours(1));
  REQUIRE(fixture.auth().backend().Commit(std::move(transaction)));
}

std::vector<std::string> TakenNames(AuthFixture& fixture, const std::string& host_id, std::vector<std::string> names,
                                    Time now = Now()) {
  std::vector<std::string> taken;
  const auto claimed = ClaimKubeNames(fixture.auth().backend(), host_id, names, now).value();
  for (const auto& one : claimed) {
    taken.push_back(one.name + " of " + one.host_id);
  }
  return taken;
}

TEST_CASE("a removed host is refused, and nothing of it is left") {
  AuthFixture fixture;
  Join(fixture, kOneHost, "t");
  types::ServerV2 node;
  node.mutable_metadata()->set_name(kOneHost);
  node.mutable_spec()->set_hostname("web");
  REQUIRE(fixture.auth().node_labels().Announce(node));
  CHECK(TakenNames(fixture, kOneHost, {"prod"}).empty());
  CHECK(fixture.auth().locks().CheckHost(kOneHost));
  CHECK(RemoveHost(fixture.auth(), fixture.admin(), kOneHost).value());
  CHECK(fixture.auth().locks().CheckHost(kOneHost).error().kind == ErrorKind::kAccessDenied);
  CHECK(fixture.auth().locks().CheckHost(kOther));
  CHECK(fixture.Events("instance.remove") == 1);
  CHECK_FALSE(GetResource<types::ServerV2>(fixture.auth().backend(), kOneHost));
  CHECK(HostGroup(fixture.auth().backend(), kOneHost).value() == kOneHost);
  CHECK(TakenNames(fixture, kOther, {"prod"}).empty());
  CHECK_FALSE(RemoveHost(fixture.auth(), fixture.admin(), kOneHost).value());
  CHECK(RemoveHost(fixture.auth(), fixture.admin(), "x").error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("a lock of a server names it by its id, with the cluster or without") {
  AuthFixture fixture;
  for (const std::string& target : {kOneHost, kOneHost + ".ex.com"}) {
    types::LockV2 lock;
    lock.mutable_metadata()->set_name("one");
    lock.mutable_spec()->mutable_target()->set_serverid(target);
    lock.mutable_spec()->set_message("why");
    REQUIRE(fixture.auth().Write(fixture.admin(), audit::kLockCreated, lock, WriteMode::kUpsert));
    const Status checked = fixture.auth().locks().CheckHost(kOneHost);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message == fmt::format("lock targeting ServerID:\"{}\" is in force: why", target));
    CHECK(fixture.auth().locks().CheckHost(kOther));
    REQUIRE(fixture.auth().Remove(fixture.admin(), audit::kLockDeleted, "lock", "one"));
    CHECK(fixture.auth().locks().CheckHost(kOneHost));
  }
}

TEST_CASE("a name is of the first host, and of those that joined by its token") {
  AuthFixture fixture;
  Join(fixture, kOneHost, "t");
  Join(fixture, kOther, "u");
  CHECK(TakenNames(fixture, kOneHost, {"dev", "prod"}).empty());
  CHECK(TakenNames(fixture, kOther, {"prod", "own"}) == std::vector<std::string>{"prod of " + kOneHost});
  CHECK(TakenNames(fixture, kOneHost, {"own"}) == std::vector<std::string>{"own of " + kOther});
  CHECK(TakenNames(fixture, kOneHost, {"dev", "prod"}).empty());
  Join(fixture, kOther, "t");
  CHECK(TakenNames(fixture, kOther, {"prod"}).empty());
  CHECK(TakenNames(fixture, "33333333-3333-4333-8333-333333333333", {"prod"}).size() == 1);
}

TEST_CASE("a name is kept for a day after its host was there last") {
  AuthFixture fixture;
  Join(fixture, kOneHost, "t");
  Join(fixture, kOther, "u");
  const Time before = Now() - kKubeNameKept;
  CHECK(TakenNames(fixture, kOneHost, {"prod"}, before + std::chrono::hours(1)).empty());
  CHECK(TakenNames(fixture, kOther, {"prod"}).size() == 1);
  CHECK(TakenNames(fixture, kOneHost, {"prod"}, Now()).empty());  // the host's announcement reserves the name again
  CHECK(TakenNames(fixture, kOneHost, {"old"}, before - std::chrono::hours(1)).empty());
  CHECK(TakenNames(fixture, kOther, {"old"}).empty());
}

TEST_CASE("the group of a token does not tell the token") {
  CHECK(HostGroupOfToken("a") != HostGroupOfToken("b"));
  CHECK_FALSE(HostGroupOfToken("0123456789").contains("0123456789"));
}

}  // namespace
}  // namespace sallyport
