// Tests of certificates with requested roles (docs/protocol/auth-api.md#user-certificates).
#include "libcluster/auth/methods/methods.h"

#include <google/protobuf/empty.pb.h>

#include "libidentity/ssh_certificate.h"
#include "libidentity/ssh_identity.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libcluster/auth/joining/bot_sample.h"

namespace sallyport {
namespace {

proto::UserCertsRequest RolesRequest(const std::vector<std::string>& roles, Nanoseconds ttl = std::chrono::hours(1)) {
  proto::UserCertsRequest request = test::CertsRequestOf("bot-robot", ttl);
  request.set_userolerequests(true);
  for (const auto& role : roles) request.add_rolerequests(role);
  return request;
}

TEST_CASE("a bot takes on the roles that it may impersonate") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const Identity bot = test::IdentityOf(pem);
  const auto certs = test::Certs(fixture, pem, RolesRequest({"deployer", "deployer"}));
  REQUIRE(certs);
  const Identity identity = test::IdentityOf(certs->tls());
  CHECK(identity.username == "bot-robot");
  CHECK(identity.groups == std::vector<std::string>{"deployer"});
  CHECK(identity.principals.front() == "ubuntu");  // by the traits of the bot
  CHECK(identity.impersonator == "bot-robot");
  CHECK(identity.disallow_reissue);
  CHECK_FALSE(identity.renewable);
  CHECK(identity.generation == 0);
  CHECK(identity.bot_name == "robot");
  CHECK(identity.bot_instance_id == bot.bot_instance_id);
  CHECK(identity.join_attributes == bot.join_attributes);
  const Identity ssh = UserOfSshCertificate(ParseSshCertificate(certs->ssh()).value())->identity;
  CHECK(ssh.impersonator == "bot-robot");
  CHECK(ssh.disallow_reissue);
  CHECK_FALSE(ssh.renewable);

  // The call is no renewal: the generation stays.
  CHECK(GenerationOf(test::InstanceOf(fixture, bot)) == 1);
  CHECK(test::EventsOf(fixture, "cert.create").front().contains("\"impersonator\":\"bot-robot\""));
}

TEST_CASE("certificates with requested roles issue no others") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const auto denied = [&](const std::string& by, const proto::UserCertsRequest& request) {
    const auto certs = test::Certs(fixture, by, request);
    REQUIRE_FALSE(certs);
    return certs.error().kind == ErrorKind::kAccessDenied;
  };
  const std::string output = test::Certs(fixture, pem, RolesRequest({"deployer"})).value().tls();
  CHECK(denied(output, RolesRequest({"deployer"})));
  CHECK(denied(output, test::CertsRequestOf("bot-robot")));

  // With reissue allowed: for another use, never with other roles, longer or renewable.
  auto request = RolesRequest({"deployer"});
  request.set_reissuableroleimpersonation(true);
  const std::string reissuable = test::Certs(fixture, pem, request).value().tls();
  CHECK_FALSE(test::IdentityOf(reissuable).disallow_reissue);
  CHECK(denied(reissuable, RolesRequest({"deployer"})));
  const auto again = test::Certs(fixture, reissuable, test::CertsRequestOf("bot-robot", std::chrono::hours(5)));
  REQUIRE(again);
  const Identity identity = test::IdentityOf(again->tls());
  CHECK(identity.groups == std::vector<std::string>{"deployer"});
  CHECK(identity.impersonator == "bot-robot");
  CHECK_FALSE(identity.renewable);
  CHECK(identity.expires <= test::IdentityOf(reissuable).expires);
  CHECK(GenerationOf(test::InstanceOf(fixture, identity)) == 1);
}

TEST_CASE("other roles are refused, whether they exist or not") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const auto refusal = [&](const std::vector<std::string>& roles) {
    const auto certs = test::Certs(fixture, pem, RolesRequest(roles));
    REQUIRE_FALSE(certs);
    CHECK(certs.error().kind == ErrorKind::kAccessDenied);
    return certs.error().message;
  };
  CHECK(refusal({"forbidden"}) == "access denied: bot-robot may not take on the roles forbidden");
  CHECK(refusal({"absent"}) == "access denied: bot-robot may not take on the roles absent");
  CHECK(refusal({"deployer", "editor"}) == "access denied: bot-robot may not take on the roles deployer, editor");
  CHECK(fixture.Events("user.login") == 3);

  CHECK(test::Certs(fixture, pem, RolesRequest({})).error().kind == ErrorKind::kBadParameter);
  auto with_request = RolesRequest({"deployer"});
  with_request.add_accessrequests("11111111-1111-4111-8111-111111111111");
  CHECK(test::Certs(fixture, pem, with_request).error().kind == ErrorKind::kAccessDenied);
  auto of_another = RolesRequest({"deployer"});
  of_another.set_username("alice");
  CHECK(test::Certs(fixture, pem, of_another).error().kind == ErrorKind::kAccessDenied);
  CHECK(fixture.Call<proto::Certs>(fixture.admin(), "/proto.AuthService/GenerateUserCerts", of_another).error().kind ==
        ErrorKind::kAccessDenied);
}

TEST_CASE("requested roles of a bot may outlive its certificate, those of a person do not outlive the session") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  fixture.Store(R"(
kind: role
version: v7
metadata: {name: helper}
spec: {allow: {logins: [x], impersonate: {roles: [deployer]}}}
---
kind: user
version: v2
metadata: {name: carol}
spec: {roles: [helper], traits: {logins: [carol]}}
)");
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const auto of_bot = test::Certs(fixture, pem, RolesRequest({"deployer"}, std::chrono::hours(20)));
  REQUIRE(of_bot);
  CHECK(test::IdentityOf(of_bot->tls()).expires > Now() + std::chrono::hours(19));

  auto request = RolesRequest({"deployer"}, std::chrono::hours(20));
  request.set_username("carol");
  const auto of_carol =
      fixture.Call<proto::Certs>(UserCaller(fixture, "carol"), "/proto.AuthService/GenerateUserCerts", request);
  REQUIRE(of_carol);
  CHECK(test::IdentityOf(of_carol->tls()).expires <= Now() + std::chrono::hours(2));
  CHECK(test::IdentityOf(of_carol->tls()).impersonator == "carol");
}

TEST_CASE("the certificate of an impersonated user may outlive the session, but not what the user's roles admit") {
  AuthFixture fixture;
  fixture.Store(R"(
kind: role
version: v7
metadata: {name: exporter}
spec: {options: {max_session_ttl: 20h}, allow: {logins: [x]}}
---
kind: role
version: v7
metadata: {name: impersonator}
spec: {allow: {logins: [x], impersonate: {users: [exports], roles: [exporter]}}}
---
kind: user
version: v2
metadata: {name: exports}
spec: {roles: [exporter]}
---
kind: user
version: v2
metadata: {name: carol}
spec: {roles: [impersonator]}
)");
  const Caller carol = UserCaller(fixture, "carol");
  const auto expires = [&](std::chrono::hours ttl) {
    const auto certs =
        fixture.Call<proto::Certs>(carol, "/proto.AuthService/GenerateUserCerts", test::CertsRequestOf("exports", ttl));
    REQUIRE(certs);
    return test::IdentityOf(certs->tls()).expires;
  };
  CHECK(expires(std::chrono::hours(12)) > carol.identity.expires + std::chrono::hours(9));
  CHECK(expires(std::chrono::hours(30)) <= Now() + std::chrono::hours(20));
}

TEST_CASE("a lock of the instance acts on what it has and on what it asks for") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const Caller caller = test::CallerOf(fixture, pem).value();
  const std::string output = test::Certs(fixture, pem, RolesRequest({"deployer"})).value().tls();
  types::LockV2 lock = NewResource<types::LockV2>();
  lock.mutable_metadata()->set_name("lock");
  lock.mutable_spec()->mutable_target()->set_botinstanceid(caller.identity.bot_instance_id);
  REQUIRE(fixture.Call<google::protobuf::Empty>(fixture.admin(), "/proto.AuthService/UpsertLock", lock));

  CHECK_FALSE(test::CallerOf(fixture, pem));
  CHECK_FALSE(test::CallerOf(fixture, output));
  // Also for a call that was authenticated before.
  for (const auto& request : {RolesRequest({"deployer"}), test::CertsRequestOf("bot-robot")}) {
    CHECK(fixture.Call<proto::Certs>(caller, "/proto.AuthService/GenerateUserCerts", request)
              .error()
              .message.contains("lock targeting BotInstanceID"));
  }
}

}  // namespace
}  // namespace sallyport
