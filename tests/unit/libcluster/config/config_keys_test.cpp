// Tests that our reader knows every key of Teleport's configuration file (tests/fixtures/teleport_yaml_keys.tsv).
#include <array>
#include <catch2/catch.hpp>
#include <optional>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

struct KeyRow {
  std::string path;
  std::string type;
  std::string fate;      // "served", "no effect", "refused" or "together"
  std::string value;     // a value that switches the key on
  std::string accepted;  // an accepted default that does not switch the key off
};

std::vector<KeyRow> Rows() {
  std::vector<KeyRow> rows;
  const std::string text = ReadFile(SALLYPORT_SOURCE_DIR "/tests/fixtures/teleport_yaml_keys.tsv").value();
  for (const auto& line : SplitNonEmpty(text, '\n')) {
    if (line.starts_with('#')) continue;
    KeyRow row;
    std::string_view rest = line;
    for (auto* field : {&row.path, &row.type, &row.fate, &row.value, &row.accepted}) {
      const auto tab = rest.find('\t');
      *field = std::string(rest.substr(0, tab));
      rest.remove_prefix(tab == std::string_view::npos ? rest.size() : tab + 1);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// Returns a file with one key, and the number of the key's line.
std::pair<std::string, int> FileWith(const std::string& path, const std::string& value) {
  std::string text;
  std::size_t indent = 0;
  bool in_item = false;
  int lines = 0;
  for (auto name : SplitNonEmpty(path, '.')) {
    const bool is_list = name.ends_with("[]");
    if (is_list) name.resize(name.size() - 2);
    if (name == "*") name = "stable";
    text += std::string(indent - (in_item ? 2 : 0), ' ') + (in_item ? "- " : "") + name + ":\n";
    ++lines;
    in_item = is_list;
    indent += is_list ? 4 : 2;
  }
  text.pop_back();
  return {text + " " + value + "\n", lines};
}

// Returns the reason why a file with all of its services on is refused, or "".
std::string Refusal(const std::string& text) {
  const auto config = ParseTeleportConfig(text, "t.yaml");
  if (!config) return config.error().message;
  return config->not_served.empty() ? "" : config->not_served.front().error.message;
}

std::string OffValue(const std::string& type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOff{
      {{"text", "\"\""}, {"texts", "[]"}, {"switch", "\"no\""}, {"number", "0"}, {"duration", "0s"}, {"map", "{}"}}};
  for (const auto& [name, value] : kOff) {
    if (name == type) return std::string(value);
  }
  FAIL("no off value of the type " + type);
  return "";
}

TEST_CASE("every key of Teleport's file is accepted when it is off, empty, or left without a value") {
  const auto rows = Rows();
  REQUIRE(rows.size() > 490);
  for (const auto& row : rows) {
    if (row.fate == "together") continue;
    CAPTURE(row.path);
    CHECK(Refusal(FileWith(row.path, OffValue(row.type)).first).empty());
    CHECK(Refusal(FileWith(row.path, "").first).empty());
    if (!row.accepted.empty()) CHECK(Refusal(FileWith(row.path, row.accepted).first).empty());
  }
}

TEST_CASE("every key is served, has nothing to govern, or is refused by name with its line") {
  for (const auto& row : Rows()) {
    if (row.fate == "together") continue;
    CAPTURE(row.path);
    const auto [text, line] = FileWith(row.path, row.value);
    const std::string refusal = Refusal(text);
    if (row.fate != "refused") {
      CHECK(refusal == "");
      continue;
    }
    std::string name = row.path;
    for (auto at = name.find("[]"); at != std::string::npos; at = name.find("[]")) name.replace(at, 2, "[0]");
    if (const auto at = name.find('*'); at != std::string::npos) name.replace(at, 1, "stable");
    CHECK(refusal == fmt::format("t.yaml:{}: \"{}\" is not implemented", line, name));
  }
}

TEST_CASE("no key takes a value of another type, nor a name that Teleport does not know beside it") {
  for (const auto& row : Rows()) {
    // These maps accept any key.
    if (row.path.starts_with("teleport.storage.") || row.path.contains(".tunnel_strategy.")) continue;
    CAPTURE(row.path);
    const auto [text, line] = FileWith(row.path, row.type == "map" ? "[x]" : "{nothing: {}}");
    const std::string place = fmt::format("t.yaml:{}: ", line);
    CHECK(Refusal(text).starts_with(place));
    const std::string unknown = Refusal(FileWith(row.path + "_nothing", "x").first);
    CHECK(unknown.starts_with(place + "unknown key"));
  }
}

TEST_CASE("keys of a service have effect when the service is on") {
  const std::string acme = "proxy_service:\n  acme:\n    enabled: yes\n";
  const std::string node =
      "auth_service: {enabled: no}\nteleport: {proxy_server: 'a:1'}\nssh_service: {enabled: yes}\n";
  const auto off = ParseTeleportConfig(node + acme + "  enabled: no\n", "t.yaml").value();
  CHECK(CheckConfig(off));
  auto on = ParseTeleportConfig(acme, "t.yaml").value();
  const auto refused = CheckConfig(on);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::kNotImplemented);
  CHECK(refused.error().message == "t.yaml:3: \"proxy_service.acme.enabled\" is not implemented");
  CHECK(refused.error().hint.contains("https_keypairs"));
  // The command line may switch off what the file switches on.
  on.proxy.enabled = on.auth.enabled = false;
  on.join.address.host = "a";
  CHECK(CheckConfig(on));
}

TEST_CASE("an empty text leaves the default, and a word that is no switch is an error") {
  const auto config = ParseTeleportConfig(
                          "teleport: {data_dir: '', log: {output: '', severity: ''}}\n"
                          "auth_service: {enabled: '', listen_addr: '', proxy_listener_mode: ''}\n"
                          "proxy_service: {enabled: ''}\n",
                          "t.yaml")
                          .value();
  CHECK(config.data_dir == "/var/lib/teleport");
  CHECK(config.auth.enabled);
  CHECK(config.proxy.enabled);
  CHECK(config.auth.listen_addr == "0.0.0.0:3025");
  CHECK(Refusal("auth_service:\n  enabled: ture\n") ==
        "t.yaml:2: auth_service.enabled: expected yes or no, found \"ture\"");
}

TEST_CASE("keys that are served in groups") {
  const auto legacy =
      ParseTeleportConfig("proxy_service: {https_key_file: /k, https_cert_file: /c}\n", "t.yaml").value();
  REQUIRE(legacy.proxy.https_keypairs.size() == 1);
  CHECK(legacy.proxy.https_keypairs[0].key_file == "/k");
  CHECK(Refusal("proxy_service: {https_key_file: /k}\n").contains("https_cert_file"));
  CHECK(Refusal("proxy_service:\n  https_keypairs:\n  - {key_file: /k, cert_file: /c, ca: /x}\n") ==
        "t.yaml:3: unknown key \"proxy_service.https_keypairs[0].ca\"");
  CHECK(Refusal("ssh_service:\n  commands:\n  - {name: a, command: [b], perod: 1m}\n")
            .starts_with("t.yaml:3: unknown key \"ssh_service.commands[0].perod\""));
}

TEST_CASE("state has one place, which a file may name") {
  const auto check = [](std::string_view path) {
    return CheckConfig(
        ParseTeleportConfig(fmt::format("teleport:\n  storage:\n    path: {}\n  data_dir: /d\n", path), "t.yaml")
            .value());
  };
  CHECK(check("/d/backend"));
  CHECK(check("/d/backend/"));
  REQUIRE_FALSE(check("/elsewhere"));
  CHECK(check("/elsewhere").error().message ==
        "t.yaml:3: \"teleport.storage.path\" other than /d/backend is not implemented");
  CHECK(Refusal("teleport:\n  storage:\n    audit_sessions_uri: s3://b\n") ==
        "t.yaml:3: \"teleport.storage.audit_sessions_uri\" is not implemented");
  CHECK(Refusal("teleport: {storage: {audit_sessions_uri: '', region: null}}\n").empty());
}

TEST_CASE("events of the audit log are kept for a day at least, or for ever") {
  const auto retention = [](std::string_view value) {
    const auto config =
        ParseTeleportConfig(fmt::format("teleport: {{storage: {{audit_retention_period: {}}}}}\n", value), "t.yaml");
    REQUIRE(config);
    return config->auth.audit_retention;
  };
  CHECK(retention("365d") == std::chrono::days(365));
  CHECK(retention("24h") == std::chrono::hours(24));
  CHECK(retention("0s") == std::nullopt);
  CHECK(ParseTeleportConfig("version: v3\n", "t.yaml")->auth.audit_retention == std::nullopt);
  CHECK(Refusal("teleport:\n  storage: {audit_retention_period: 1h}\n").contains("at least 24h"));
  CHECK_FALSE(Refusal("teleport:\n  storage: {audit_retention_period: long}\n").empty());
}

TEST_CASE("a cluster's file may name its own auth service") {
  const auto check = [](std::string_view address) {
    return CheckConfig(
        ParseTeleportConfig(fmt::format("teleport: {{auth_server: '{}'}}\n", address), "t.yaml").value());
  };
  CHECK(check("127.0.0.1:3025"));
  CHECK(check("localhost"));
  REQUIRE_FALSE(check("auth.example.com:3025"));
  CHECK(check("auth.example.com:3025").error().kind == ErrorKind::kNotImplemented);
}

TEST_CASE("keys without effect are noted with their line") {
  const auto config =
      ParseTeleportConfig("teleport:\n  advertise_ip: 10.0.0.1\nproxy_service:\n  listen_addr: 0.0.0.0:3023\n",
                          "t.yaml")
          .value();
  REQUIRE(config.notes.size() == 2);
  CHECK(config.notes[0].starts_with("t.yaml:2: \"teleport.advertise_ip\" has no effect: "));
  CHECK(config.notes[1].starts_with("t.yaml:4: \"proxy_service.listen_addr\" has no effect: "));
}

TEST_CASE("the log of a file: outputs, severities, formats and fields as Teleport has them") {
  const auto log = [](std::string_view keys) {
    return ParseTeleportConfig(fmt::format("teleport: {{log: {{{}}}}}\n", keys), "t.yaml");
  };
  using Target = LogOutput::Target;
  for (const char* name : {"stderr", "error", "'2'", "2", "''"}) {
    CHECK(log(fmt::format("output: {}", name))->log_output.target == Target::kStderr);
  }
  for (const char* name : {"stdout", "out", "1"}) {
    CHECK(log(fmt::format("output: {}", name))->log_output.target == Target::kStdout);
  }
  CHECK(log("output: /var/log/teleport.log")->log_output.path == "/var/log/teleport.log");
  CHECK(log("output: syslog").error().kind == ErrorKind::kNotImplemented);
  for (const char* name : {"err", "ERROR", "warn", "Warning", "info", "DEBUG", "trace"}) {
    CHECK(log(fmt::format("severity: {}", name)));
  }
  CHECK_FALSE(log("severity: loud"));
  CHECK(log("format: {output: JSON}")->log.json);
  CHECK_FALSE(log("format: {extra_fields: [level, caller]}")->log_output.time);
  CHECK(log("format: {extra_fields: [level, caller]}")->log_output.level);
  CHECK(log("format: {extra_fields: []}")->log_output.time);
  CHECK_FALSE(log("format: [level]")->log_output.time);
  CHECK_FALSE(log("format: {extra_fields: [hostname]}"));
}

}  // namespace
}  // namespace sallyport
