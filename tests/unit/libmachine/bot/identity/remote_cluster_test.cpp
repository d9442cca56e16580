#include "libmachine/bot/identity/remote_cluster.h"

#include <catch2/catch.hpp>

#include "teleport/legacy/types/join.pb.h"
#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

RemoteCluster::Options NobodyListens(bool through_proxy) {
  RemoteCluster::Options options;
  options.join.address = {"127.0.0.1", 1};
  options.join.through_proxy = through_proxy;
  options.join.network.conn_upgrade = "no";
  return options;
}

TEST_CASE("a cluster that cannot be reached is a connection problem in every call") {
  test::SampleBotCluster sample;
  const BotCredentials bot = sample.Joined();
  RemoteCluster cluster(NobodyListens(true));
  CHECK(cluster.Join({}).error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.JoinAgain(bot, {}).error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.KeySuite(&bot).error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.IssueUserCerts(bot, {}).error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.ImpersonatedRoles(bot, "r").error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.Authorities(bot, "host").error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.Proxy(bot).error().kind == ErrorKind::kConnectionProblem);
  CHECK(cluster.SubmitHeartbeat(bot, {}).error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("an auth service tells its suite only after joining") {
  RemoteCluster cluster(NobodyListens(false));
  CHECK(cluster.KeySuite(nullptr).value() == "balanced-v1");
  CHECK(cluster.Join({}).error().message == "an auth service can only be trusted by its CA pin");
}

}  // namespace
}  // namespace sallyport
