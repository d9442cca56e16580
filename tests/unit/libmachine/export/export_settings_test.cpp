#include "libmachine/export/export_settings.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

constexpr std::string_view kWholeFile = R"(storage = "./storage"
timeout = "10s"
batch = 20
namespace = "default"
window-size = "24h"
types = ["role.created", "user.create"]
skip-session-types = "print"
start-time = "2021-05-05T00:00:00.5Z"
[forward.fluentd]
ca = "ca.crt"
cert = "client.crt"
key = "client.key"
url = "https://fluentd.example.com:8888/test.log"
session-url = "https://fluentd.example.com:8888/session"
[teleport]
addr = "example.teleport.com:443"
identity = "identity"
refresh.enabled = true
[lock]
enabled = true
failed-attempts-count = 5
)";

Result<ExportSettings> ReadWhole(std::string_view text, bool strict = false) {
  ExportSettings settings;
  RETURN_IF_ERROR(ReadExportFile(settings, text, "x.toml", strict));
  return settings;
}

TEST_CASE("a file sets every kind of value") {
  const auto settings = ReadWhole(kWholeFile, true);
  REQUIRE(settings);
  CHECK(settings->timeout == std::chrono::seconds(10));
  CHECK(settings->types == std::vector<std::string>{"role.created", "user.create"});
  CHECK(settings->skip_session_types == std::vector<std::string>{"print"});
  CHECK(FormatTime(*settings->start_time) == "2021-05-05T00:00:00Z");
  CHECK(settings->sink_key == "client.key");
  CHECK(settings->refresh);
  CHECK(settings->lock);
  CHECK(settings->lock_attempts == 5);
  CHECK(CheckExportSettings(*settings));
}

TEST_CASE("an unknown key is a note, or an error when strict") {
  ExportSettings settings;
  const auto notes = ReadExportFile(settings, "bacth = 1\n[teleport]\nadress = \"x\"\n", "x.toml", false);
  REQUIRE(notes);
  CHECK(*notes ==
        std::vector<std::string>{"x.toml:1: unknown key \"bacth\": did you mean \"batch\"?",
                                 "x.toml:3: unknown key \"teleport.adress\": did you mean \"teleport.addr\"?"});
  const auto strict = ReadWhole("bacth = 1", true);
  REQUIRE_FALSE(strict);
  CHECK(strict.error().hint == "did you mean \"batch\"?");
}

TEST_CASE("each key of a row is known, and each row sets something") {
  for (const auto& row : ExportSettingRows()) {
    INFO(row.name);
    ExportSettings settings;
    const bool any = std::ranges::any_of(
        std::initializer_list<std::string_view>{"true", "1", "1s", "2021-05-05T00:00:00Z", "json", "text"},
        [&](std::string_view value) { return SetExportSetting(settings, row.name, value).has_value(); });
    CHECK(any);
  }
  ExportSettings settings;
  CHECK(SetExportSetting(settings, "no-such-name", "1").error().kind == ErrorKind::kInternal);
}

TEST_CASE("wrong values name place, key and form") {
  const std::pair<std::string_view, std::string_view> wrong[] = {
      {"batch = 0", "x.toml:1: batch: \"0\" is not a number from 1 to 100000"},
      {"timeout = \"-1s\"", "x.toml:1: timeout: \"-1s\" is not a duration such as 10s or 24h"},
      {"dry-run = 1", "x.toml:1: dry-run: \"1\" is not true or false"},
      {"[forward.fluentd]\nformat = \"xml\"",
       "x.toml:2: forward.fluentd.format: \"xml\" is not json, json-gzip, json-lines or json-lines-gzip"},
      {"start-time = \"now\"", "x.toml:1: start-time: \"now\" is not a time such as 2026-01-31T08:00:00Z"},
  };
  for (const auto& [text, message] : wrong) {
    const auto read = ReadWhole(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().message == message);
  }
}

TEST_CASE("settings that are missing or do not fit are refused") {
  const auto check = [](auto&& change) {
    auto settings = ReadWhole(kWholeFile).value();
    change(settings);
    const Status checked = CheckExportSettings(settings);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind == ErrorKind::kBadParameter);
    return checked.error().message;
  };
  CHECK(check([](auto& s) { s.url.clear(); }) == "forward.fluentd.url is missing");
  CHECK(check([](auto& s) { s.session_url = "ftp://x"; }).contains("is not a URL of https or http"));
  CHECK(check([](auto& s) { s.sink_key.clear(); }).contains("belong together"));
  CHECK(check([](auto& s) { s.storage.clear(); }) == "storage is missing");
  CHECK(check([](auto& s) { s.identity.clear(); }) == "teleport.identity is missing");
  CHECK(check([](auto& s) { s.key = "x"; }).contains("exclude each other"));
  CHECK(check([](auto& s) { s.identity.clear(), s.key = "x"; }).contains("belong together"));
  CHECK(check([](auto& s) { s.address = "example.com"; }).contains("is not HOST:PORT"));
  CHECK(check([](auto& s) { s.max_connections = 1001; }).contains("at most 1000"));
}

}  // namespace
}  // namespace sallyport
