#include "libmachine/bot/outputs/output_certificates.h"

#include <catch2/catch.hpp>

#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("certificates of an output are for the roles and the lifetime that were asked for") {
  test::SampleBotCluster cluster;
  const BotCredentials bot = cluster.Joined();
  OutputRequest request;
  request.roles = {"a", "b"};
  request.suite = "balanced-v1";
  request.ttl = 10min;
  request.application = BotApplication{"wiki", "wiki.ref.test"};
  const BotCredentials issued = IssueOutput(cluster, bot, request).value();
  CHECK(issued.identity.groups == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(issued.identity.renewable);
  CHECK(issued.tls_authorities == bot.tls_authorities);
  CHECK(issued.key_pem.Reveal() != bot.key_pem.Reveal());
  CHECK(issued.expires() - Now() <= 10min);
  CHECK(cluster.last_request.username() == "bot-worker");
  CHECK(cluster.last_request.routetoapp().name() == "wiki");
  CHECK(cluster.last_request.routetoapp().clustername() == "ref.test");
}

TEST_CASE("the roles of an output are those of its settings, or all of the bot") {
  test::SampleBotCluster cluster;
  const BotCredentials bot = cluster.Joined();
  CHECK(OutputRoles(cluster, bot, {"x"}).value() == std::vector<std::string>{"x"});
  CHECK(OutputRoles(cluster, bot, {}).value() == std::vector<std::string>{"access"});
  cluster.roles.clear();
  CHECK(OutputRoles(cluster, bot, {}).error().kind == ErrorKind::kAccessDenied);
  cluster.Refuse(Error{ErrorKind::kConnectionProblem, "away", {}});
  CHECK(OutputRoles(cluster, bot, {}).error().message == "cannot read the roles of the bot: away");
}

}  // namespace
}  // namespace sallyport
