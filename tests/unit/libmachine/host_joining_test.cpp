#include "libmachine/host_joining.h"

#include <catch2/catch.hpp>

#include "libbase/file.h"
#include "libbase/test_clock.h"
#include "tests/unit/libmachine/sample_cluster.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

JoinSettings SettingsIn(const test::TemporaryDirectory& directory) {
  JoinSettings settings;
  settings.data_dir = directory.path();
  settings.node_name = "web";
  settings.address = {"127.0.0.1", 1};  // no server listens there
  return settings;
}

// Stores the identity of a host whose certificates are valid for an hour.
HostIdentity Keep(const test::TemporaryDirectory& directory) {
  static const test::SampleCluster cluster;
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  proto::HostCertsRequest request;
  request.set_hostid(std::string(test::kHostId));
  request.set_nodename("web");
  request.set_role("Instance");
  request.add_systemroles("Node");
  request.set_publictlskey(key.public_key().ToPem());
  request.set_publicsshkey(key.public_key().ToAuthorizedKey());
  return KeepIdentity(directory.path(), "", key, cluster.Issue(request, std::chrono::hours(1))).value();
}

TEST_CASE("a host that has joined needs no token and asks nobody") {
  const test::TemporaryDirectory directory;
  Keep(directory);
  const HostIdentity loaded = LoadOrJoin(SettingsIn(directory)).value();
  CHECK(loaded.host_id == test::kHostId);
  CHECK(loaded.cluster == "ex.com");
  CHECK(directory.Read("host_uuid") == test::kHostId);
  CHECK(test::ModeOf(directory / "agent_identity") == 0600);
  CHECK_FALSE(HasExpired(loaded).value());
}

TEST_CASE("a host without an identity joins, and says what is missing for it") {
  const test::TemporaryDirectory directory;
  JoinSettings settings = SettingsIn(directory);
  CHECK_FALSE(LoadIdentity(settings.data_dir).value());
  CHECK(LoadOrJoin(settings).error().message == "this host has not joined a cluster, and has no token to join");

  settings.token = "secret";
  settings.through_proxy = false;
  CHECK(LoadOrJoin(settings).error().message == "an auth service can only be trusted by its CA pin");

  settings.method = "iam";
  CHECK(LoadOrJoin(settings).error().kind == ErrorKind::kNotImplemented);

  settings.method = kJoinByToken;
  settings.through_proxy = true;
  const auto refused = LoadOrJoin(settings);
  CHECK(refused.error().kind == ErrorKind::kConnectionProblem);
  CHECK(refused.error().message.starts_with("cannot join: "));
}

TEST_CASE("a host whose certificate has expired joins again") {
  const test::TemporaryDirectory directory;
  Keep(directory);
  const std::string before = directory.Read("agent_identity");
  TestClock clock;
  clock.Advance(std::chrono::hours(2));
  JoinSettings settings = SettingsIn(directory);
  CHECK(LoadOrJoin(settings).error().message ==
        "this host has been away for so long that its certificate has expired, and has no token to join");
  settings.token = "secret";
  const auto refused = LoadOrJoin(settings);
  CHECK(refused.error().kind == ErrorKind::kConnectionProblem);
  CHECK(refused.error().message.starts_with("cannot join again: "));
  CHECK(directory.Read("agent_identity") == before);
}

}  // namespace
}  // namespace sallyport
