#include "libmachine/bot/config/bot_config_v1.h"

#include <catch2/catch.hpp>

#include "libmachine/bot/config/bot_config.h"

namespace sallyport {
namespace {

BotConfig Migrated(std::string_view text) {
  BotConfig config = ParseBotConfig(text, "tbot.yaml").value();
  CheckBotConfig(config).value();
  return config;
}

TEST_CASE("a v1 file becomes the v2 configuration that does the same") {
  const BotConfig config = Migrated(R"(auth_server: auth.test:3025
onboarding: {token: T, join_method: token}
certificate_ttl: 30m
renewal_interval: 10m
storage: {directory: /var/bot}
destinations:
- directory: /out
  roles: [a]
  configs: [ssh_client, identity]
  cluster: leaf
- directory: {path: /kube, symlinks: secure}
  kubernetes_cluster: dev
  configs: [kubernetes]
- memory: {}
  app: wiki
  configs: [tls]
- memory: {}
  configs: [{ssh_host_cert: {principals: [node]}}]
- directory: /db
  database: {service: pg, database: d, username: u}
  configs: [{mongo: {}}]
)");
  CHECK(config.version == 1);
  CHECK(config.unknown.empty());
  CHECK(config.lifetime.ttl == std::chrono::minutes(30));
  CHECK(config.storage.path == "/var/bot");
  REQUIRE(config.services.size() == 5);
  CHECK(config.services[0].type == "identity");
  CHECK(config.services[0].cluster == "leaf");
  CHECK(config.services[0].roles == std::vector<std::string>{"a"});
  CHECK(config.services[1].kubernetes_cluster == "dev");
  CHECK(config.services[1].destination.symlinks == SymlinkMode::kSecure);
  CHECK(config.services[2].app_name == "wiki");
  CHECK(config.services[2].specific_tls_naming);
  CHECK(config.services[3].principals == std::vector<std::string>{"node"});
  CHECK(config.services[4].type == "database");

  const std::string text = FormatBotConfig(config);
  CHECK(text.contains("- type: database\n  destination:\n    type: directory\n    path: /db\n"));
  CHECK(text.contains("  format: mongo\n  service: pg\n  database: d\n  username: u\n"));
  BotConfig again = ParseBotConfig(text, "new.yaml").value();
  CHECK(CheckBotConfig(again));
  CHECK(again.unknown.empty());
  CHECK(again.version == 2);
  CHECK(FormatBotConfig(again) == text);
}

struct RefusedV1 {
  std::string_view text;
  std::string_view message;
};

TEST_CASE("a v1 file without a v2 form is refused") {
  const RefusedV1 refused = GENERATE(values<RefusedV1>({
      {"outputs: [{type: identity}]\n",
       "t:1: outputs: the list outputs is of version v2, and the file is of version v1"},
      {"destinations: [{configs: [identity]}]\n", "t:1: destinations[0]: directory and memory are missing"},
      {"destinations: [{memory: {}, directory: /x}]\n", "t:1: destinations[0]: both directory and memory are set"},
      {"destinations: [{memory: {}, app: a, kubernetes_cluster: k}]\n",
       "t:1: destinations[0]: the destination is both of type application and kubernetes"},
      {"destinations: [{memory: {}, configs: [mongo]}]\n",
       "t:1: destinations[0]: an output of type identity has no template mongo"},
      {"destinations: [{memory: {}, configs: [identety]}]\n",
       "t:1: destinations[0].configs[0]: \"identety\" is not a template"},
      {"destinations: [{memory: {}, configs: [identity, identity]}]\n",
       "t:1: destinations[0].configs[1]: the template identity occurs twice"},
      {"destinations: [{memory: {}, configs: [{ssh_client: {proxy_port: 1}}]}]\n",
       "t:1: destinations[0].configs[0]: the settings of the template ssh_client have no form in version v2"},
      {"destinations: [{memory: {}, database: {service: a}, configs: [mongo, tls]}]\n",
       "t:1: destinations[0]: both templates mongo and tls are set"},
  }));
  CAPTURE(refused.text);
  const auto config = ParseBotConfig(refused.text, "t");
  REQUIRE_FALSE(config);
  CHECK(config.error().message == refused.message);
}

TEST_CASE("an unknown key of a v1 file is noted") {
  const BotConfig config = Migrated("version: v1\nproxy_server: x\ndestinations: []\n");
  REQUIRE(config.unknown.size() == 1);
  CHECK(config.unknown[0].message == "tbot.yaml:2: unknown key \"proxy_server\"");
}

}  // namespace
}  // namespace sallyport
