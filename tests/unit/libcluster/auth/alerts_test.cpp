// Tests of alerts through the method table: the users who see an alert, acknowledgements, and lifetimes.
#include "libcluster/auth/alerts.h"
#include "libresources/kinds/metadata.h"

#include <google/protobuf/empty.pb.h>

#include "libresources/kinds/cluster_alert.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using Ids = std::vector<std::string>;
using Labels = std::map<std::string, std::string>;

constexpr const char* kUsersYaml = R"(
kind: role
version: v5
metadata: {name: joiner}
spec: {allow: {rules: [{resources: [token], verbs: [create]}]}}
---
kind: role
version: v5
metadata: {name: reader}
spec: {allow: {rules: [{resources: [cluster_alert], verbs: [read, list]}]}}
---
kind: user
version: v2
metadata: {name: jo}
spec: {roles: [joiner]}
---
kind: user
version: v2
metadata: {name: reed}
spec: {roles: [reader]}
---
kind: user
version: v2
metadata: {name: eve}
spec: {roles: [editor]}
---
kind: user
version: v2
metadata: {name: audra}
spec: {roles: [auditor]}
)";

class Alerts : public AuthFixture {
 public:
  Alerts() {
    Store(kMemberYaml);
    Store(kUsersYaml);
  }

  Status Upsert(const types::ClusterAlert& alert, const Caller* by = nullptr) {
    proto::UpsertClusterAlertRequest request;
    *request.mutable_alert() = alert;
    RETURN_IF_ERROR(Call<Empty>(by ? *by : admin(), "/proto.AuthService/UpsertClusterAlert", request));
    return {};
  }

  void Raise(const std::string& id, types::AlertSeverity severity, const Labels& labels) {
    REQUIRE(Upsert(Make(id, severity, labels)));
  }

  static types::ClusterAlert Make(const std::string& id, types::AlertSeverity severity = types::LOW,
                                  const Labels& labels = {}) {
    types::ClusterAlert alert;
    alert.mutable_header()->mutable_metadata()->set_name(id);
    alert.mutable_spec()->set_message("text");
    alert.mutable_spec()->set_severity(severity);
    for (const auto& [key, value] : labels) SetLabel(*alert.mutable_header(), key, value);
    return alert;
  }

  std::vector<types::ClusterAlert> Get(const Caller& caller, const types::GetClusterAlertsRequest& query = {}) {
    auto answer = Call<proto::GetClusterAlertsResponse>(caller, "/proto.AuthService/GetClusterAlerts", query).value();
    return {answer.alerts().begin(), answer.alerts().end()};
  }

  Ids Seen(const Caller& caller, const types::GetClusterAlertsRequest& query = {}) {
    Ids ids;
    for (const auto& alert : Get(caller, query)) ids.push_back(NameOf(alert.header()));
    return ids;
  }
  Ids Seen(const std::string& user, const types::GetClusterAlertsRequest& query = {}) {
    return Seen(UserCaller(*this, user), query);
  }

  Status Acknowledge(const std::string& id, const Caller* by = nullptr, Nanoseconds ttl = std::chrono::hours(1)) {
    types::AlertAcknowledgement ack;
    ack.set_alertid(id);
    ack.set_reason("seen");
    *ack.mutable_expires() =
        google::protobuf::util::TimeUtil::NanosecondsToTimestamp((Now() + ttl).time_since_epoch().count());
    RETURN_IF_ERROR(Call<Empty>(by ? *by : admin(), "/proto.AuthService/CreateAlertAck", ack));
    return {};
  }

  Result<Ids> Acknowledged(const Caller* by = nullptr) {
    ASSIGN_OR_RETURN(const auto answer,
                     Call<proto::GetAlertAcksResponse>(by ? *by : admin(), "/proto.AuthService/GetAlertAcks",
                                                       proto::GetAlertAcksRequest()));
    Ids ids;
    for (const auto& ack : answer.acks()) ids.push_back(ack.alertid());
    return ids;
  }

  Status Clear(const std::string& id, const Caller* by = nullptr) {
    proto::ClearAlertAcksRequest request;
    request.set_alertid(id);
    RETURN_IF_ERROR(Call<Empty>(by ? *by : admin(), "/proto.AuthService/ClearAlertAcks", request));
    return {};
  }
};

const Labels kForAll{{"teleport.internal/alert-permit-all", "yes"}};

types::GetClusterAlertsRequest Untargeted() {
  types::GetClusterAlertsRequest query;
  query.set_withuntargeted(true);
  return query;
}

TEST_CASE("a user sees alerts for all, and those for a right they hold") {
  Alerts alerts;
  alerts.Raise("all", types::LOW, kForAll);
  alerts.Raise("joiners", types::LOW, {{"teleport.internal/alert-verb-permit", "role:list|token:create"}});
  alerts.Raise("malformed", types::LOW, {{"teleport.internal/alert-verb-permit", "token|token:create:x"}});
  alerts.Raise("no", types::LOW, {{"teleport.internal/alert-permit-all", "no"}});
  alerts.Raise("none", types::LOW, {});
  CHECK(alerts.Seen("alice") == Ids{"all"});
  CHECK(alerts.Seen("jo") == Ids{"all", "joiners"});
  CHECK(alerts.Seen("reed") == Ids{"all"});
  CHECK(alerts.Seen(alerts.admin()) == Ids{"all", "joiners"});
}

TEST_CASE("alerts for others are for those who may read alerts, and who ask for them") {
  Alerts alerts;
  alerts.Raise("all", types::LOW, kForAll);
  alerts.Raise("none", types::LOW, {});
  CHECK(alerts.Seen("reed", Untargeted()) == Ids{"all", "none"});
  CHECK(alerts.Seen("audra", Untargeted()) == Ids{"all", "none"});
  CHECK(alerts.Seen("jo", Untargeted()) == Ids{"all"});
  CHECK(alerts.Seen(alerts.admin(), Untargeted()) == Ids{"all", "none"});
  Caller service;
  service.kind = Caller::Kind::kSystem;
  service.identity.groups = {"Proxy"};
  CHECK(alerts.Seen(service, Untargeted()) == Ids{"all"});
}

TEST_CASE("a query narrows by ID, severity and labels") {
  Alerts alerts;
  Labels on_login = kForAll;
  on_login["teleport.internal/alert-on-login"] = "yes";
  alerts.Raise("a", types::HIGH, kForAll);
  alerts.Raise("b/c", types::MEDIUM, on_login);
  alerts.Raise("hidden", types::HIGH, {});
  types::GetClusterAlertsRequest query;
  query.set_severity(types::HIGH);
  CHECK(alerts.Seen("alice", query) == Ids{"a"});
  query.set_severity(types::LOW);
  (*query.mutable_labels())["teleport.internal/alert-on-login"] = "yes";
  CHECK(alerts.Seen("alice", query) == Ids{"b/c"});
  query.clear_labels();
  query.set_alertid("b/c");
  CHECK(alerts.Seen("alice", query) == Ids{"b/c"});
  for (const char* id : {"b", "hidden", "nosuch"}) {
    query.set_alertid(id);
    CHECK(alerts.Seen("alice", query).empty());
  }
}

TEST_CASE("a more severe alert hides the one that it supersedes, from those who see both") {
  Alerts alerts;
  alerts.Raise("low", types::LOW, kForAll);
  alerts.Raise("equal", types::HIGH, kForAll);
  alerts.Raise(
      "high", types::HIGH,
      {{"teleport.internal/alert-verb-permit", "token:create"}, {"teleport.internal/alert-supersedes", "low"}});
  alerts.Raise("peer", types::HIGH,
               {{"teleport.internal/alert-permit-all", "yes"}, {"teleport.internal/alert-supersedes", "equal"}});
  CHECK(alerts.Seen("alice") == Ids{"equal", "low", "peer"});
  CHECK(alerts.Seen("jo") == Ids{"equal", "high", "peer"});
  types::GetClusterAlertsRequest query;
  query.set_withsuperseded(true);
  CHECK(alerts.Seen("jo", query) == Ids{"equal", "high", "low", "peer"});
}

TEST_CASE("an acknowledged alert is hidden until that ends") {
  Alerts alerts;
  alerts.Raise("a", types::LOW, kForAll);
  alerts.Raise("b", types::LOW, kForAll);
  REQUIRE(alerts.Acknowledge("a"));
  REQUIRE(alerts.Acknowledge("not-there/yet"));
  CHECK(alerts.Acknowledge("a").error().kind == ErrorKind::kAlreadyExists);
  CHECK(alerts.Seen("alice") == Ids{"b"});
  types::GetClusterAlertsRequest query;
  query.set_withacknowledged(true);
  CHECK(alerts.Seen("alice", query) == Ids{"a", "b"});
  CHECK(alerts.Acknowledged().value() == Ids{"a", "not-there/yet"});
  REQUIRE(alerts.Clear("a"));
  REQUIRE(alerts.Clear("a"));
  CHECK(alerts.Seen("alice") == Ids{"a", "b"});
  // An expired acknowledgement hides nothing, and a new one may follow.
  REQUIRE(alerts.Acknowledge("b", nullptr, std::chrono::seconds(-1)));
  CHECK(alerts.Seen("alice") == Ids{"a", "b"});
  REQUIRE(alerts.Acknowledge("b"));
  CHECK(alerts.Seen("alice") == Ids{"a"});
  CHECK(alerts.Clear("").error().kind == ErrorKind::kBadParameter);
  REQUIRE(alerts.Clear("*"));
  REQUIRE(alerts.Clear("*"));
  CHECK(alerts.Acknowledged().value().empty());
  CHECK(alerts.Seen("alice") == Ids{"a", "b"});
}

TEST_CASE("writing alerts and acknowledgements takes rights to alerts") {
  Alerts alerts;
  for (const char* name : {"alice", "audra", "reed"}) {
    CAPTURE(name);
    const Caller user = UserCaller(alerts, name);
    CHECK(alerts.Upsert(Alerts::Make("x"), &user).error().kind == ErrorKind::kAccessDenied);
    CHECK(alerts.Acknowledge("x", &user).error().kind == ErrorKind::kAccessDenied);
    CHECK(alerts.Clear("x", &user).error().kind == ErrorKind::kAccessDenied);
    CHECK(alerts.Acknowledged(&user).has_value() == (std::string_view(name) != "alice"));
  }
  const Caller eve = UserCaller(alerts, "eve");
  CHECK(alerts.Upsert(Alerts::Make("x"), &eve));
  CHECK(alerts.Acknowledge("x", &eve));
  CHECK(alerts.Clear("x", &eve));
  const Caller nobody;
  CHECK_FALSE(alerts.Call<proto::GetClusterAlertsResponse>(nobody, "/proto.AuthService/GetClusterAlerts",
                                                           types::GetClusterAlertsRequest()));
}

TEST_CASE("an alert is valid, made now and gone after a day unless it says otherwise") {
  Alerts alerts;
  auto invalid = Alerts::Make("x");
  invalid.mutable_spec()->set_message("two\nlines");
  CHECK(alerts.Upsert(invalid).error().kind == ErrorKind::kBadParameter);
  // Go's clients send a zero time for no time.
  auto zero = Alerts::Make("x", types::LOW, kForAll);
  zero.mutable_header()->mutable_metadata()->mutable_expires()->set_seconds(kGoZeroSeconds);
  zero.mutable_spec()->mutable_created()->set_seconds(kGoZeroSeconds);
  for (const auto& given : {Alerts::Make("x", types::LOW, kForAll), zero}) {
    const auto before = std::chrono::floor<std::chrono::seconds>(Now()).time_since_epoch().count();
    REQUIRE(alerts.Upsert(given));
    const auto found = alerts.Get(alerts.admin());
    REQUIRE(found.size() == 1);
    CHECK(found[0].header().kind() == "cluster_alert");
    const auto created = found[0].spec().created().seconds();
    CHECK(created >= before);
    CHECK(created <= before + 60);
    CHECK(found[0].header().metadata().expires().seconds() == created + 24 * 60 * 60);
  }
}

TEST_CASE("an alert replaces the one with its ID, and is gone past its end") {
  Alerts alerts;
  alerts.Raise("x", types::LOW, kForAll);
  alerts.Raise("x", types::HIGH, kForAll);
  CHECK(alerts.Get(alerts.admin()).at(0).spec().severity() == types::HIGH);
  auto far = Alerts::Make("far", types::LOW, kForAll);
  far.mutable_header()->mutable_metadata()->mutable_expires()->set_seconds(253'402'300'799);  // the year 9999
  REQUIRE(alerts.Upsert(far));
  CHECK(alerts.Seen(alerts.admin()) == Ids{"far", "x"});
  auto over = Alerts::Make("x", types::LOW, kForAll);
  SetExpires(*over.mutable_header(), Now() - std::chrono::seconds(1));
  REQUIRE(alerts.Upsert(over));
  CHECK(alerts.Seen(alerts.admin()) == Ids{"far"});
}

}  // namespace
}  // namespace sallyport
