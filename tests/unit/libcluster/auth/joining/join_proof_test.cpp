// Tests of the first part of joins: limits of requests, tokens of the configuration file, and what the audit log gets.
#include "libcluster/auth/joining/join_proof.h"

#include "libbase/json.h"
#include "tests/unit/libcluster/auth/joining/bot_sample.h"

namespace sallyport {
namespace {

TEST_CASE("a request has limits, each at its last good size") {
  const auto fits = [](auto change) {
    JoinRequest request = test::RobotRequest("token");
    change(request);
    return CheckJoinSizes(request).has_value();
  };
  CHECK(fits([](JoinRequest&) {}));
  CHECK(fits([](JoinRequest& request) { request.id_token = std::string(16 << 10, 't'); }));
  CHECK_FALSE(fits([](JoinRequest& request) { request.id_token = std::string((16 << 10) + 1, 't'); }));
  CHECK(fits([](JoinRequest& request) { request.token = std::string(255, 't'); }));
  CHECK_FALSE(fits([](JoinRequest& request) { request.token = std::string(256, 't'); }));
  CHECK_FALSE(fits([](JoinRequest& request) { request.role = std::string(256, 'r'); }));
  CHECK(fits([](JoinRequest& request) { request.dns_names.assign(32, "name"); }));
  CHECK_FALSE(fits([](JoinRequest& request) { request.dns_names.assign(33, "name"); }));
}

TEST_CASE("the trail says what is known of a token, also when the join is refused") {
  AuthFixture fixture;
  JoinTrail unknown;
  CHECK_FALSE(VerifyJoin(fixture.auth(), test::RobotRequest("guess"), unknown));
  CHECK(unknown.method == "token");
  CHECK(unknown.token_name.empty());

  test::StoreToken(fixture, test::RobotToken("robots", "kubernetes"));
  JoinTrail trail;
  const auto verified = VerifyJoin(fixture.auth(), test::RobotRequest("robots"), trail);
  REQUIRE_FALSE(verified);
  CHECK(trail.method == "kubernetes");
  CHECK(trail.token_name == "robots");
  CHECK(trail.bot_name == "robot");
  CHECK(trail.reason == "id_token is missing");

  AuditEvent event(audit::kBotJoinFailure, "ex.com");
  AddTrail(trail, std::unexpected(verified.error()), event);
  CHECK(event.fields().Find("error")->as_string() == "id_token is missing");
  CHECK_FALSE(verified.error().message.contains("id_token"));
  CHECK_FALSE(event.fields().Find("success")->as_bool());
  CHECK(event.fields().Find("attributes") == nullptr);
}

TEST_CASE("reasons and texts of a request are cut for the event") {
  JoinTrail trail;
  trail.reason = std::string(5000, 'r');
  AuditEvent event(audit::kBotJoinFailure, "ex.com");
  AddTrail(trail, Fail(ErrorKind::kAccessDenied, "refused"), event);
  CHECK(event.fields().Find("error")->as_string().size() == 1000);
  CHECK(ShownInEvent(std::string(300, 'n')).size() == 255);
}

}  // namespace
}  // namespace sallyport
