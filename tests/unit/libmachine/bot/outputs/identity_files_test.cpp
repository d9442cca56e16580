#include "libmachine/bot/outputs/identity_files.h"

#include <catch2/catch.hpp>

#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

TEST_CASE("a bundle has the authorities of all clusters") {
  CHECK(AuthorityBundle({{"a", {}, {"1\n", "2"}}, {"b", {}, {"3\n"}}}) == "1\n2\n3\n");
  CHECK(AuthorityBundle({}).empty());
}

TEST_CASE("an identity file has the authorities of all clusters, and no unreadable one") {
  test::SampleBotCluster cluster;
  const BotCredentials bot = cluster.Joined();
  auto hosts = cluster.Authorities(bot, "host").value();
  hosts.push_back({"leaf.test", {cluster.user_key().ToAuthorizedKey()}, {cluster.user_pem()}});
  const BotFile file = IdentityFileOf(bot, hosts).value();
  CHECK(file.name == "identity");
  CHECK(file.content.Reveal().contains("@cert-authority leaf.test,*.leaf.test "));
  CHECK(file.content.Reveal().ends_with(cluster.host_pem() + cluster.user_pem()));
  hosts.push_back({"bad name", {cluster.user_key().ToAuthorizedKey()}, {}});
  CHECK(IdentityFileOf(bot, hosts).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("TLS files share one key") {
  test::SampleBotCluster cluster;
  const BotCredentials bot = cluster.Joined();
  const auto files = TlsFiles(bot, cluster.Authorities(bot, "host").value());
  REQUIRE(files.size() == 3);
  CHECK(files[0].name == "tls.cas");
  CHECK(files[1].content.Reveal() == bot.key_pem.Reveal());
  CHECK(files[2].content.Reveal() == bot.tls_certificate);
}

}  // namespace
}  // namespace sallyport
