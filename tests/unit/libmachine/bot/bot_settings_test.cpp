#include "libmachine/bot/bot_settings.h"

#include <catch2/catch.hpp>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

std::string NoVariables(std::string_view) { return {}; }

BotConfig ConfigOf(std::string_view text) { return ParseBotConfig(text, "tbot.yaml").value(); }

TEST_CASE("a bot joins as its configuration says") {
  BotConfig config = ConfigOf(
      "version: v2\nproxy_server: access.test:443\nonboarding: {token: T, join_method: token, ca_pins: "
      "[\"sha256:a\"]}\n");
  const JoinSettings settings = BotSettings(config, NoVariables).value();
  CHECK(settings.role == "Bot");
  CHECK(settings.program == "tbot");
  CHECK(settings.through_proxy);
  CHECK(settings.address.host == "access.test");
  CHECK(settings.token == "T");
  CHECK(settings.ca_pins == std::vector<std::string>{"sha256:a"});
  CHECK_FALSE(settings.network.insecure);

  BotConfig by_uri = ConfigOf("version: v2\njoin_uri: tbot+auth+token://T@auth.test:3025\n");
  const JoinSettings from_uri = BotSettings(by_uri, NoVariables).value();
  CHECK_FALSE(from_uri.through_proxy);
  CHECK(from_uri.token == "T");
}

TEST_CASE("an address of an auth service with the port of a proxy is a proxy") {
  BotConfig config = ConfigOf("version: v2\nauth_server: access.test:443\n");
  CHECK(BotSettings(config, NoVariables).value().through_proxy);
  CHECK(config.notes.size() == 1);
  BotConfig auth = ConfigOf("version: v2\nauth_server: auth.test\n");
  CHECK(BotSettings(auth, NoVariables).value().address.port == 3025);
}

TEST_CASE("the authority of a cluster and the token of a pod come from files") {
  const test::TemporaryDirectory directory;
  BotConfig config = ConfigOf(
      fmt::format("version: v2\nauth_server: a:3025\nonboarding: {{ca_path: {}}}\n", directory.Write("ca.pem", "PEM")));
  const auto settings = BotSettings(config, [](std::string_view name) {
                          return name == "KUBERNETES_TOKEN_PATH" ? std::string("/run/token") : std::string();
                        }).value();
  CHECK(settings.authorities_pem == "PEM");
  CHECK(settings.kubernetes_token_path == "/run/token");
  config.onboarding.ca_path = directory / "absent";
  CHECK(BotSettings(config, NoVariables).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("what is not implemented or missing is refused before anything is done") {
  BotConfig nowhere = ConfigOf("version: v2\n");
  CHECK(BotSettings(nowhere, NoVariables).error().message == "tbot.yaml: the address of the cluster is missing");
  BotConfig bad = ConfigOf("version: v2\nproxy_server: a:b\n");
  CHECK(BotSettings(bad, NoVariables).error().message.starts_with("tbot.yaml: proxy_server: "));
  BotConfig fips = ConfigOf("version: v2\nproxy_server: a:1\nfips: true\n");
  CHECK(BotSettings(fips, NoVariables).error().kind == ErrorKind::kNotImplemented);
  BotConfig method = ConfigOf("version: v2\nproxy_server: a:1\nonboarding: {join_method: tpm}\n");
  CHECK(BotSettings(method, NoVariables).error().message.contains("\"tpm\" is not implemented"));
  BotConfig service = ConfigOf("version: v2\nproxy_server: a:1\nservices: [{type: example}]\n");
  CHECK(BotSettings(service, NoVariables).error().message ==
        "tbot.yaml:3: services[0]: outputs of type example are not implemented");
}

}  // namespace
}  // namespace sallyport
