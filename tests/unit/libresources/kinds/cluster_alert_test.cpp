// Tests of the rules of alerts and acknowledgements, of queries, and of the order of alerts.
#include <algorithm>
#include <catch2/catch.hpp>

#include "libresources/kinds/cluster_alert.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

types::ClusterAlert Alert(const std::string& id, types::AlertSeverity severity = types::LOW, std::int64_t created = 1,
                          std::int32_t nanos = 0) {
  types::ClusterAlert alert;
  alert.mutable_header()->mutable_metadata()->set_name(id);
  alert.mutable_spec()->set_message("text of " + id);
  alert.mutable_spec()->set_severity(severity);
  alert.mutable_spec()->mutable_created()->set_seconds(created);
  alert.mutable_spec()->mutable_created()->set_nanos(nanos);
  return alert;
}

// Returns whether an alert with the label is valid.
bool TakesLabel(const std::string& key, const std::string& value) {
  auto alert = Alert("a");
  SetLabel(*alert.mutable_header(), key, value);
  return CheckClusterAlert(alert).has_value();
}

bool TakesMessage(const std::string& message) {
  auto alert = Alert("a");
  alert.mutable_spec()->set_message(message);
  return CheckClusterAlert(alert).has_value();
}

bool TakesId(const std::string& id) {
  auto alert = Alert(id);
  return CheckClusterAlert(alert).has_value();
}

TEST_CASE("an alert gets its kind and version, and has no others") {
  auto alert = Alert("a");
  REQUIRE(CheckClusterAlert(alert));
  CHECK(alert.header().kind() == "cluster_alert");
  CHECK(alert.header().version() == "v1");
  alert.mutable_header()->set_version("v2");
  CHECK(CheckClusterAlert(alert).error().kind == ErrorKind::kBadParameter);
  alert.mutable_header()->set_version("v1");
  alert.mutable_header()->set_kind("role");
  CHECK_FALSE(CheckClusterAlert(alert));
}

TEST_CASE("a message is one line of any language") {
  CHECK(TakesMessage("maintenance at 12:00 <b>\"'$"));
  CHECK(TakesMessage("Wartung ändert 日本 🎉"));
  for (const char* message : {"", "two\nlines", "tab\t", "\x1b[31mred", "bell\x07", "\x7f", "\xc2\x85"}) {
    CAPTURE(message);
    CHECK_FALSE(TakesMessage(message));
  }
}

TEST_CASE("an ID can be stored") {
  for (const char* id : {"a", "0b2c5a4e-9f2d-4e1b", "ca-key-types/host", "A@b_c:d.e+f", "a/b/c"}) {
    CAPTURE(id);
    CHECK(TakesId(id));
  }
  for (const char* id : {"", "/a", "a/", "a//b", "..", "a/../b", ".", "a b", "*", "a\n", "ä"}) {
    CAPTURE(id);
    CHECK_FALSE(TakesId(id));
  }
}

TEST_CASE("labels have few characters") {
  CHECK(TakesLabel("teleport.internal/alert-on-login", "yes"));
  CHECK(TakesLabel("a", "token:create|node:list/x_y-z.1"));
  for (const char* key : {"", "A", "a b", "a_b", "a:b", "*"}) {
    CAPTURE(key);
    CHECK_FALSE(TakesLabel(key, "yes"));
  }
  for (const char* value : {"", "Yes", "a b", "a,b", "a\n", "a=b"}) {
    CAPTURE(value);
    CHECK_FALSE(TakesLabel("a", value));
  }
}

TEST_CASE("a link leads to Teleport's site and nowhere else") {
  const std::string link(alert_label::kLink);
  for (const char* url :
       {"https://goteleport.com", "https://goteleport.com/r/Upgrade?utm=A_b#c", "http://goteleport.com:8080/"}) {
    CAPTURE(url);
    CHECK(TakesLabel(link, url));
  }
  for (const char* url :
       {"", "goteleport.com", "https://evil.com", "https://evil.com/goteleport.com", "https://goteleport.com.evil.com",
        "https://goteleport.com@evil.com/", "https://evil.com#@goteleport.com", "https://x:y@goteleport.com/",
        "javascript://goteleport.com/%0aalert(1)", "https://goteleport.com:x/", "https://goteleport.com/a b",
        "https://goteleport.com\\@evil.com/", "https://goteleport.com/\n"}) {
    CAPTURE(url);
    CHECK_FALSE(TakesLabel(link, url));
  }
  CHECK(TakesLabel(std::string(alert_label::kLinkText), "Contact Sales 24"));
  CHECK_FALSE(TakesLabel(std::string(alert_label::kLinkText), "Click!"));
}

TEST_CASE("an acknowledgement has an alert, a reason and an end") {
  types::AlertAcknowledgement whole;
  whole.set_alertid("a");
  whole.set_reason("seen");
  whole.mutable_expires()->set_seconds(2'000'000'000);
  CHECK(CheckAlertAck(whole));
  CHECK(ExpiresOf(whole) == Time(std::chrono::seconds(2'000'000'000)));
  auto ack = whole;
  ack.clear_alertid();
  CHECK_FALSE(CheckAlertAck(ack));
  ack = whole;
  ack.clear_reason();
  CHECK_FALSE(CheckAlertAck(ack));
  ack.set_reason("two\nlines");
  CHECK_FALSE(CheckAlertAck(ack));
  ack = whole;
  ack.clear_expires();
  CHECK_FALSE(CheckAlertAck(ack));
  ack.mutable_expires()->set_seconds(kGoZeroSeconds);
  CHECK_FALSE(CheckAlertAck(ack));
}

TEST_CASE("a query matches by severity, ID and labels") {
  auto alert = Alert("a", types::MEDIUM);
  SetLabel(*alert.mutable_header(), "x", "1");
  const auto matches = [&](auto change) {
    types::GetClusterAlertsRequest query;
    change(query);
    return MatchesQuery(alert, query);
  };
  CHECK(matches([](auto&) {}));
  CHECK(matches([](auto& query) { query.set_severity(types::MEDIUM); }));
  CHECK_FALSE(matches([](auto& query) { query.set_severity(types::HIGH); }));
  CHECK(matches([](auto& query) { query.set_alertid("a"); }));
  CHECK_FALSE(matches([](auto& query) { query.set_alertid("b"); }));
  CHECK(matches([](auto& query) { (*query.mutable_labels())["x"] = "1"; }));
  CHECK_FALSE(matches([](auto& query) { (*query.mutable_labels())["x"] = "2"; }));
  CHECK_FALSE(matches([](auto& query) {
    (*query.mutable_labels())["x"] = "1";
    (*query.mutable_labels())["y"] = "1";
  }));
}

TEST_CASE("severe alerts come first, among equals the newest") {
  std::vector alerts{Alert("old-low", types::LOW, 1), Alert("new-low", types::LOW, 2),
                     Alert("newer-low", types::LOW, 2, 5), Alert("high", types::HIGH, 0),
                     Alert("medium", types::MEDIUM, 9)};
  std::ranges::sort(alerts, IsMoreUrgent);
  std::vector<std::string> ids;
  for (const auto& alert : alerts) ids.push_back(NameOf(alert.header()));
  CHECK(ids == std::vector<std::string>{"high", "medium", "newer-low", "new-low", "old-low"});
}

}  // namespace
}  // namespace sallyport
