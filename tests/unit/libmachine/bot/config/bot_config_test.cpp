#include "libmachine/bot/config/bot_config.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

BotConfig Checked(std::string_view text) {
  BotConfig config = ParseBotConfig(text, "tbot.yaml").value();
  CheckBotConfig(config).value();
  return config;
}

Error ErrorOf(std::string_view text) {
  auto config = ParseBotConfig(text, "tbot.yaml");
  if (!config) return config.error();
  const Status checked = CheckBotConfig(*config);
  REQUIRE_FALSE(checked);
  return checked.error();
}

constexpr std::string_view kRecorded = R"(version: v2
proxy_server: ref.test:4080
onboarding: {join_method: token, token: TOKEN}
storage: {type: directory, path: storage}
oneshot: true
outputs:
- type: identity
  destination: {type: directory, path: out}
- type: kubernetes/v2
  selectors: [{name: c1}]
  destination: {type: directory, path: kube}
- type: ssh_host
  principals: [node.ref.test]
  destination: {type: directory, path: sshhost}
)";

TEST_CASE("a file of tbot is read with its outputs") {
  const BotConfig config = Checked(kRecorded);
  CHECK(config.proxy_server == "ref.test:4080");
  CHECK(config.onboarding.join_method == "token");
  CHECK(config.onboarding.token == "TOKEN");
  CHECK(config.storage.path == "storage");
  CHECK(config.oneshot);
  CHECK(config.unknown.empty());
  CHECK(config.notes.empty());
  CHECK(config.lifetime.ttl == 60min);
  CHECK(config.lifetime.renewal_interval == 20min);

  REQUIRE(config.services.size() == 3);
  CHECK(config.services[0].full_name == "identity-1");
  CHECK(config.services[0].destination.path == "out");
  CHECK(config.services[0].ssh_config == "on");
  CHECK(config.services[1].full_name == "kubernetes-v2-1");
  CHECK(config.services[1].selectors[0].name == "c1");
  CHECK(config.services[2].principals == std::vector<std::string>{"node.ref.test"});
}

TEST_CASE("outputs come after services, and both are named in their order") {
  const BotConfig config = Checked(R"(version: v2
outputs:
- {type: identity, destination: {type: memory}}
services:
- {type: identity, name: mine, destination: {type: memory}}
- {type: identity, destination: {type: memory}}
)");
  REQUIRE(config.services.size() == 3);
  CHECK(config.services[0].full_name == "mine");
  CHECK(config.services[1].full_name == "identity-2");
  CHECK(config.services[2].full_name == "identity-3");
  CHECK(config.services[2].where == "tbot.yaml:3: outputs[0]");
}

TEST_CASE("every key of the file is read") {
  const BotConfig config = Checked(R"(version: v2
auth_server: auth.test:3025
credential_ttl: 30m
renewal_interval: 10m
debug: yes
diag_addr: 127.0.0.1:3001
onboarding:
  join_method: gitlab
  token: /run/token
  ca_pins: ["sha256:aa"]
  azure: {client_id: id}
  terraform: {audience_tag: tag}
  gitlab: {token_env_var_name: JWT}
  bound_keypair: {registration_secret: s, registration_secret_path: /s, static_private_key_path: /k}
services:
- type: identity
  destination: {type: directory, path: /out, symlinks: secure, acls: required, readers: [{user: a}, {group: b}]}
  roles: [editor]
  cluster: leaf
  ssh_config: off
  allow_reissue: true
  credential_ttl: 5m
  renewal_interval: 1m
- type: kubernetes
  kubernetes_cluster: dev
  disable_exec_plugin: true
  destination: {type: kubernetes_secret, name: s, namespace: n, labels: {a: b}}
- type: kubernetes/v2
  selectors: [{labels: {env: dev}, default_namespace: web}]
  context_name_template: "{{.KubeName}}"
  destination: {type: memory}
- type: application
  app_name: wiki
  specific_tls_naming: true
  destination: {type: memory}
)");
  CHECK(config.unknown.empty());
  CHECK(config.debug);
  CHECK(config.lifetime.ttl == 30min);
  CHECK(config.onboarding.gitlab_token_variable == "JWT");
  CHECK(config.onboarding.static_private_key_path == "/k");
  const ServiceConfig& identity = config.services[0];
  CHECK(identity.destination.symlinks == SymlinkMode::kSecure);
  CHECK(identity.destination.acls == AclMode::kRequired);
  CHECK(identity.destination.readers.size() == 2);
  CHECK(identity.ssh_config == "off");
  CHECK(identity.allow_reissue);
  CHECK(identity.lifetime.renewal_interval == 1min);
  CHECK(config.services[1].disable_exec_plugin);
  CHECK(config.services[1].destination.labels.at("a") == "b");
  CHECK(config.services[2].selectors[0].default_namespace == "web");
  CHECK(config.services[3].specific_tls_naming);
}

TEST_CASE("an unknown key is noted with its place and the key that was probably meant") {
  const BotConfig config = Checked(R"(version: v2
proxy_serve: x
storage: {type: memory, paht: x}
services:
- {type: identity, role: [a], destination: {type: memory}}
)");
  REQUIRE(config.unknown.size() == 3);
  CHECK(config.unknown[0].message == "tbot.yaml:2: unknown key \"proxy_serve\"");
  CHECK(config.unknown[0].hint == "did you mean \"proxy_server\"?");
  CHECK(config.unknown[1].message == "tbot.yaml:3: unknown key \"storage.paht\"");
  CHECK(config.unknown[2].message == "tbot.yaml:5: unknown key \"services[0].role\"");
  CHECK(config.unknown[2].hint == "did you mean \"roles\"?");
}

TEST_CASE("the keys of types that are not implemented are known, and their entries stay as they are") {
  const BotConfig config = Checked(R"(version: v2
services:
- type: spiffe-workload-api
  listen: unix:///run/spiffe.sock
  attestors: {kubernetes: {enabled: true, kubelet: {read_only_port: 10255}}, unix: {}}
  svids: [{path: /bar, rules: [{unix: {uid: 1}, kubernetes: {pod_nam: x}}]}]
  credential_ttl: 30s
  renewal_interval: 15s
- type: kubernetes/argo-cd
  selectors: [{name: a, labels: {any: thing}}]
  secret_labels: {any: thing}
- {type: application-proxy, listen: tcp://127.0.0.1:1, credential_ttl: 5m}
)");
  REQUIRE(config.unknown.size() == 2);
  CHECK(config.unknown[0].message == "tbot.yaml:6: unknown key \"services[0].svids[0].rules[0].kubernetes.pod_nam\"");
  CHECK(config.unknown[0].hint == "did you mean \"pod_name\"?");
  CHECK(config.unknown[1].message == "tbot.yaml:12: unknown key \"services[2].credential_ttl\"");
  CHECK(config.services[0].full_name == "spiffe-workload-api-1");
  CHECK(config.services[1].raw.Find("secret_labels")->Find("any")->as_string() == "thing");
}

struct Refused {
  std::string_view text;
  std::string_view message;
};

TEST_CASE("what a file may not say is refused with file, line and key") {
  const Refused refused = GENERATE(values<Refused>({
      {"version: v3\n", "tbot.yaml:1: the version \"v3\" is not known"},
      {"", "tbot.yaml: the file is empty"},
      {"- a\n", "tbot.yaml: expected a YAML map"},
      {"version: v2\nproxy_server: [a]\n", "tbot.yaml:2: proxy_server: expected a string, found a list"},
      {"version: v2\noneshot: sometimes\n", "tbot.yaml:2: oneshot: expected true or false, found a string"},
      {"version: v2\nonboarding: {ca_pins: x}\n", "tbot.yaml:2: onboarding.ca_pins: expected a list, found a string"},
      {"version: v2\nstorage: {path: /x}\n", "tbot.yaml:2: storage: a destination needs a type"},
      {"version: v2\nstorage: {type: disk}\n", "tbot.yaml:2: storage.type: \"disk\" is not known"},
      {"version: v2\nstorage: {type: directory}\n", "tbot.yaml: storage: the path of the directory is missing"},
      {"version: v2\nservices:\n- {destination: {type: memory}}\n", "tbot.yaml:3: services[0]: the type is missing"},
      {"version: v2\nservices:\n- {type: identiti}\n",
       "tbot.yaml:3: services[0].type: \"identiti\" is not a type of output"},
      {"version: v2\nservices:\n- {type: identity}\n", "tbot.yaml:3: services[0]: the destination is missing"},
      {"version: v2\nservices:\n- {type: ssh_host, destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: principals is empty"},
      {"version: v2\nservices:\n- {type: kubernetes, destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: kubernetes_cluster is missing"},
      {"version: v2\nservices:\n- {type: kubernetes/v2, selectors: [{}], destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: each of selectors needs either name or labels"},
      {"version: v2\nservices:\n- {type: application, destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: app_name is missing"},
      {"version: v2\nservices:\n- {type: identity, credential_ttl: 5m, destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: credential_ttl and renewal_interval need each other: set both or neither"},
      {"version: v2\nservices:\n- {type: identity, credential_ttl: 5m, renewal_interval: 6m, destination: {type: "
       "memory}}\n",
       "tbot.yaml:3: services[0]: credential_ttl 5m0s is shorter than renewal_interval 6m0s: the certificates expire "
       "before renewal"},
      {"version: v2\nservices:\n- {type: identity, name: heartbeat, destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: the name \"heartbeat\" is reserved"},
      {"version: v2\nservices:\n- {type: identity, name: A, destination: {type: memory}}\n",
       "tbot.yaml:3: services[0]: the name \"A\" may have only lower-case letters, digits, -, _ and +"},
      {"version: v2\nservices:\n- {type: identity, destination: {type: memory}}\n- {type: ssh_host, name: identity-1, "
       "principals: [a], destination: {type: memory}}\n",
       "tbot.yaml:4: services[1]: the name \"identity-1\" is used twice"},
      {"version: v2\nservices:\n- {type: identity, destination: {type: directory, path: /x, readers: [{}]}}\n",
       "tbot.yaml:3: services[0]: each of readers needs either user or group"},
      {"version: v2\nonboarding: {join_method: magic}\n", "tbot.yaml: the join method \"magic\" is not known"},
      {"version: v2\ninsecure: true\nonboarding: {ca_pins: [a]}\n",
       "tbot.yaml: insecure and ca_pins exclude each other"},
      {"version: v2\ninsecure: true\nonboarding: {ca_path: a}\n", "tbot.yaml: insecure and ca_path exclude each other"},
      {"version: v2\nonboarding: {ca_path: a, ca_pins: [b]}\n", "tbot.yaml: ca_pins and ca_path exclude each other"},
      {"version: v2\nrenewal_interval: soon\n", "tbot.yaml:2: renewal_interval: "},
  }));
  CAPTURE(refused.text);
  const Error error = ErrorOf(refused.text);
  CHECK(error.kind == ErrorKind::kBadParameter);
  CHECK(error.message.substr(0, refused.message.size()) == refused.message);
}

TEST_CASE("unwise values of the whole bot are warnings") {
  const BotConfig config = Checked(R"(version: v2
certificate_ttl: 10m
renewal_interval: 20m
storage: {type: directory, path: /x}
services:
- {type: identity, destination: {type: directory, path: /x}}
)");
  REQUIRE(config.notes.size() == 3);
  CHECK(config.notes[0] == "the key certificate_ttl is deprecated: use credential_ttl");
  CHECK(config.notes[1] == "the destination directory /x is used 2 times");
  CHECK(config.notes[2].starts_with("credential_ttl 10m0s is shorter than renewal_interval 20m0s"));
  CHECK(config.lifetime.ttl == 10min);
}

TEST_CASE("a written configuration reads as the same one") {
  BotConfig config = Checked(kRecorded);
  const std::string text = FormatBotConfig(config);
  CHECK(text == R"(version: v2
onboarding:
  token: TOKEN
  join_method: token
storage:
  type: directory
  path: storage
  symlinks: try-secure
  acls: try
services:
- type: identity
  destination:
    type: directory
    path: out
    symlinks: try-secure
    acls: try
  ssh_config: "on"
- type: kubernetes/v2
  destination:
    type: directory
    path: kube
    symlinks: try-secure
    acls: try
  selectors:
  - name: c1
- type: ssh_host
  destination:
    type: directory
    path: sshhost
    symlinks: try-secure
    acls: try
  principals:
  - node.ref.test
debug: false
proxy_server: ref.test:4080
credential_ttl: 1h0m0s
renewal_interval: 20m0s
oneshot: true
fips: false
)");
  CHECK(FormatBotConfig(Checked(text)) == text);
}

}  // namespace
}  // namespace sallyport
