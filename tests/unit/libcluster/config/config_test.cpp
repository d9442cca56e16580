#include "libcluster/config/sample_config.h"
#include "libcluster/config/teleport_config.h"

#include <catch2/catch.hpp>

#include "libbase/file.h"
#include "teleport/legacy/types/cluster_config.pb.h"

namespace sallyport {
namespace {

Result<TeleportConfig> Parse(std::string_view text) {
  ASSIGN_OR_RETURN(const TeleportConfig config, ParseTeleportConfig(text, "t.yaml"));
  RETURN_IF_ERROR(CheckConfig(config));
  return config;
}

std::string ConfigError(std::string_view text) {
  const auto config = Parse(text);
  return config ? "" : config.error().message + (config.error().hint.empty() ? "" : " | " + config.error().hint);
}

TEST_CASE("a configuration's values arrive") {
  const auto config = ParseTeleportConfig(
                          "version: v3\n"
                          "teleport: {data_dir: /d, log: {severity: WARN, format: {output: json}}}\n"
                          "auth_service:\n"
                          "  enabled: yes\n"
                          "  cluster_name: ex.com\n"
                          "  listen_addr: 127.0.0.1\n"
                          "  authentication: {second_factors: [otp], default_session_ttl: 8h}\n"
                          "  client_idle_timeout: 15m\n"
                          "proxy_service:\n"
                          "  web_listen_addr: '[::1]:443'\n"
                          "  public_addr: [a.example.com, 'b.example.com:444']\n"
                          "kubernetes_service:\n"
                          "  enabled: on\n"
                          "  kubeconfig_file: /k\n"
                          "  labels: {env: dev, tier: 1}\n"
                          "ssh_service: {enabled: off}\n",
                          "t.yaml")
                          .value();
  CHECK(config.data_dir == "/d");
  CHECK(config.log.level == LogLevel::kWarning);
  CHECK(config.log.json);
  CHECK(config.auth.cluster_name == "ex.com");
  CHECK(config.auth.listen_addr == "127.0.0.1:3025");
  CHECK(config.auth.preference->spec().defaultsessionttl() == 8LL * 3600 * 1000000000);
  CHECK(config.auth.networking->spec().clientidletimeout() == 15LL * 60 * 1000000000);
  CHECK(config.proxy.web_listen_addr == "[::1]:443");
  CHECK(config.proxy.public_addr == std::vector<std::string>{"a.example.com:0", "b.example.com:444"});
  CHECK(config.kubernetes.enabled);
  CHECK(config.kubernetes.labels.at("tier") == "1");
}

TEST_CASE("names of clusters and hosts are names of files too") {
  for (const std::string key : {"auth_service:\n  cluster_name", "teleport:\n  nodename"}) {
    INFO(key);
    for (const char* const name : {"a b", "web_1", "'1'", "''", "é"}) CHECK(Parse(fmt::format("{}: {}\n", key, name)));
    for (const char* const name : {"a/b", "..", "'.'", R"("a\nb")"}) {
      CHECK(ConfigError(fmt::format("{}: {}\n", key, name)).starts_with("t.yaml:2: "));
    }
  }
}

TEST_CASE("mistakes name file, line, key and what was meant") {
  CHECK(ConfigError("version: v3\nauth_service:\n  cluster_nam: x\n") ==
        "t.yaml:3: unknown key \"auth_service.cluster_nam\" | did you mean \"auth_service.cluster_name\"?");
  CHECK(ConfigError("proxy_servic: {}\n").find("did you mean \"proxy_service\"?") != std::string::npos);
  CHECK(ConfigError("version: v9\n") == "t.yaml:1: version: unknown version \"v9\": use v3");
  CHECK(ConfigError("teleport: {log: {severity: loud}}\n")
            .starts_with("t.yaml:1: teleport.log.severity: unknown severity"));
  CHECK(ConfigError("auth_service:\n  listen_addr: a:b\n").starts_with("t.yaml:2: auth_service.listen_addr: "));
  CHECK(ConfigError("auth_service: yes\n") == "t.yaml:1: \"auth_service\" must be a map");
  CHECK(ConfigError("auth_service:\n  enabled: yes\n  enabled: no\n").find("t.yaml:3") != std::string::npos);
  CHECK(ConfigError("- a\n") == "t.yaml: expected a YAML map");
  CHECK(ConfigError("kubernetes_service: {enabled: yes}\n").find("no clusters") != std::string::npos);
  CHECK(ConfigError("kubernetes_service: {enabled: yes, kubeconfig_file: a, kube_cluster_name: b}\n").find("both") !=
        std::string::npos);
}

TEST_CASE("a known key that is not implemented has a separate kind of error") {
  for (const char* text :
       {"proxy_service: {acme: {enabled: yes}}\n", "ssh_service: {pam: {enabled: yes}}\n",
        "app_service: {enabled: yes}\n", "auth_service: {authentication: {type: github}}\n",
        "teleport: {storage: {type: dynamodb}}\n", "auth_service: {enabled: no}\n", "teleport: {proxy_server: 'a:1'}\n",
        "auth_service: {authentication: {second_factors: [webauthn]}}\n"}) {
    CAPTURE(text);
    const auto config = Parse(text);
    REQUIRE_FALSE(config);
    CHECK(config.error().kind == ErrorKind::kNotImplemented);
  }
  CHECK(ParseTeleportConfig("app_service: {enabled: no, apps: []}\nssh_service: {labels: {a: b}}\n", "t.yaml"));
}

TEST_CASE("ssh_service: on unless it is switched off, with labels and commands") {
  const auto silent = ParseTeleportConfig("version: v3\n", "t.yaml").value();
  CHECK(silent.ssh.enabled);
  CHECK_FALSE(silent.ssh.asked_for);
  const auto config = ParseTeleportConfig(
                          "ssh_service:\n"
                          "  enabled: \"yes\"\n"
                          "  commands:\n"
                          "  - name: hostname\n"
                          "    command: [hostname, -f]\n"
                          "    period: 1m0s\n"
                          "  labels:\n"
                          "    environment: dev\n",
                          "t.yaml")
                          .value();
  CHECK(config.ssh.asked_for);
  CHECK(config.ssh.labels == Labels{{"environment", "dev"}});
  REQUIRE(config.ssh.commands.size() == 1);
  CHECK(config.ssh.commands[0].name == "hostname");
  CHECK(config.ssh.commands[0].command == std::vector<std::string>{"hostname", "-f"});
  CHECK(config.ssh.commands[0].period == std::chrono::minutes(1));
  CHECK(ConfigError("ssh_service:\n  commands:\n  - {name: a}\n").starts_with("t.yaml:2: ssh_service.commands: "));
  CHECK(ConfigError("ssh_service:\n  labels: {'a b': c}\n").contains("not a label key"));
}

TEST_CASE("a node of a cluster elsewhere: the address, the token, the pin") {
  constexpr std::string_view kNoCluster =
      "auth_service: {enabled: no}\nproxy_service: {enabled: no}\nssh_service: {enabled: yes}\n";
  const auto config = Parse(std::string(kNoCluster) +
                            "teleport:\n"
                            "  proxy_server: example.com:443\n"
                            "  join_params: {token_name: abc, method: token}\n"
                            "  ca_pin: \"sha256:00\"\n");
  REQUIRE(config);
  CHECK(config->IsAgent());
  CHECK(FormatHostPort(config->join.address) == "example.com:443");
  CHECK(config->join.through_proxy);
  CHECK(config->join.token == "abc");
  CHECK(config->join.ca_pins == std::vector<std::string>{"sha256:00"});
  CHECK(ConfigError(kNoCluster).contains("names no cluster to join"));
  CHECK(ConfigError(std::string(kNoCluster) + "teleport: {auth_server: a, proxy_server: b}\n").contains("already"));
  CHECK(config->join.method == "token");
  for (const std::string_view method : {"iam", "telepathy"}) {
    CHECK(ConfigError(fmt::format("{}teleport: {{proxy_server: b, join_params: {{method: {}}}}}\n", kNoCluster, method))
              .ends_with(fmt::format("joining by \"{}\" is not implemented, use token or kubernetes", method)));
  }
}

TEST_CASE("the samples are accepted, and so is the example") {
  CHECK(Parse(SampleConfig({}).value()));
  SampleOptions options;
  options.cluster_name = "ex.com";
  options.public_addr = "ex.com";
  options.data_dir = "/d: #1";
  options.cert_file = "/c.pem";
  options.key_file = "/k.pem";
  options.node_labels = {{"env", "yes"}, {"a b:c", "1.10"}};
  const auto named = ParseTeleportConfig(SampleConfig(options).value(), "sample");
  REQUIRE_FALSE(named);  // because of the label with a blank
  options.node_labels.erase("a b:c");
  const auto config = Parse(SampleConfig(options).value()).value();
  CHECK(config.auth.cluster_name == "ex.com");
  CHECK(config.proxy.public_addr == std::vector<std::string>{"ex.com:443"});
  CHECK(config.proxy.web_listen_addr == "0.0.0.0:443");
  CHECK(config.data_dir == "/d: #1");
  CHECK(config.proxy.https_keypairs.size() == 1);
  CHECK(config.ssh.labels == Labels{{"env", "yes"}});
  CHECK_FALSE(config.ssh.asked_for);
  CHECK(LoadTeleportConfig(SALLYPORT_SOURCE_DIR "/examples/teleport-kubernetes.yaml"));
}

TEST_CASE("the sample of a node, and what no sample has") {
  SampleOptions options;
  options.roles = {"node"};
  options.proxy = "ex.com:443";
  options.token = "abc";
  options.ca_pins = {"sha256:00"};
  options.node_name = "n1";
  options.public_addr = "n1.ex.com";
  const auto config = Parse(SampleConfig(options).value()).value();
  CHECK(config.IsAgent());
  CHECK(config.ssh.asked_for);
  CHECK(config.ssh.public_addr == std::vector<std::string>{"n1.ex.com"});
  CHECK(config.join.token == "abc");
  CHECK(config.nodename == "n1");
  options.version = "v2";
  CHECK(SampleConfig(options).error().kind == ErrorKind::kBadParameter);
  options.version = "v3";
  options.auth_server = "ex.com:3025";
  CHECK(SampleConfig(options).error().kind == ErrorKind::kBadParameter);
  CHECK(SampleConfig({.roles = {"db"}}).error().kind == ErrorKind::kNotImplemented);
  CHECK(SampleConfig({.roles = {"x"}}).error().kind == ErrorKind::kBadParameter);
  CHECK(SampleConfig({.cert_file = "/c"}).error().kind == ErrorKind::kBadParameter);
}

}  // namespace
}  // namespace sallyport
