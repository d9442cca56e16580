// Tests of joins of bots: certificates, the token that is used up, events.
#include "libcluster/auth/joining/bot_joining.h"

#include <atomic>
#include <thread>

#include "libbase/json.h"
#include "libbase/test_clock.h"
#include "libbase/text.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/ssh_identity.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libcluster/auth/joining/bot_sample.h"

namespace sallyport {
namespace {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

TEST_CASE("a bot joins with a token, and gets renewable certificates of its user") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const JoinResult joined = test::JoinRobot(fixture, kSecret);
  const Identity identity = test::IdentityOf(joined.tls_certificate);
  CHECK(identity.username == "bot-robot");
  CHECK(identity.groups == std::vector<std::string>{"bot-robot"});
  CHECK(identity.renewable);
  CHECK(identity.generation == 1);
  CHECK(identity.bot_name == "robot");
  CHECK(IsUuid(identity.bot_instance_id));
  CHECK(identity.join_token.empty());  // it was a secret
  CHECK(identity.join_attributes == R"({"meta":{"join_method":"token"}})");
  CHECK(identity.login_ip == "192.0.2.7");
  const auto life = Certificate::FromPem(joined.tls_certificate)->not_after() - Now();
  CHECK(life <= std::chrono::hours(1));
  CHECK(life > std::chrono::minutes(59));

  const Identity ssh = UserOfSshCertificate(ParseSshCertificate(joined.ssh_certificate).value())->identity;
  CHECK(ssh.username == "bot-robot");
  CHECK(ssh.bot_name == "robot");
  CHECK(ssh.bot_instance_id == identity.bot_instance_id);
  CHECK(ssh.generation == 1);
  CHECK(ssh.renewable);
  CHECK(joined.host_id.empty());
  CHECK(joined.tls_authorities.size() == 2);  // of users and of hosts
  CHECK(joined.ssh_authorities.size() == 2);

  const auto instance = test::InstanceOf(fixture, identity);
  CHECK(instance.metadata().name() == identity.bot_instance_id);
  REQUIRE(instance.status().latest_authentications_size() == 1);
  const auto& record = instance.status().latest_authentications(0);
  CHECK(record.generation() == 1);
  CHECK(record.join_method() == "token");
  CHECK(record.join_token() == "************************89abcdef");
  CHECK(record.join_attrs().meta().join_method() == "token");
  CHECK(record.public_key() == test::RobotKey().ToPem());
  CHECK(instance.status().initial_authentication().SerializeAsString() == record.SerializeAsString());
}

TEST_CASE("a token counts once, also for joins at the same time") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, test::RobotToken(kSecret));
  std::atomic<int> joined = 0;
  std::vector<std::thread> machines;
  for (int i = 0; i < 4; ++i) {
    machines.emplace_back([&] {
      if (JoinCluster(fixture.auth(), test::RobotRequest(kSecret))) ++joined;
    });
  }
  for (auto& machine : machines) machine.join();
  CHECK(joined == 1);
  const auto again = JoinCluster(fixture.auth(), test::RobotRequest(kSecret));
  CHECK(again.error().message == "access denied: the token is not known, or has expired");
  CHECK(ListAllResources<teleport::machineid::v1::BotInstance>(fixture.auth().backend())->size() == 1);
  CHECK(test::EventsOf(fixture, "bot.join").size() == 5);
}

TEST_CASE("a bot's certificates have limits") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const auto life = [&](Nanoseconds wanted) -> Result<Nanoseconds> {
    test::StoreToken(fixture, test::RobotToken(kSecret));
    JoinRequest request = test::RobotRequest(kSecret);
    request.expires = Now() + wanted;
    ASSIGN_OR_RETURN(const JoinResult joined, JoinCluster(fixture.auth(), request));
    return Certificate::FromPem(joined.tls_certificate)->not_after() - Now();
  };
  CHECK(*life(std::chrono::minutes(10)) <= std::chrono::minutes(10));
  CHECK(*life(std::chrono::hours(1000)) <= std::chrono::hours(12));  // max_session_ttl of the bot
  teleport::machineid::v1::UpdateBotRequest longer;
  longer.mutable_bot()->mutable_metadata()->set_name("robot");
  longer.mutable_bot()->mutable_spec()->mutable_max_session_ttl()->set_seconds(168 * 3600);
  longer.mutable_update_mask()->add_paths("spec.max_session_ttl");
  REQUIRE(fixture.Call<teleport::machineid::v1::Bot>(fixture.admin(), "/teleport.machineid.v1.BotService/UpdateBot",
                                                     longer));
  CHECK(*life(std::chrono::hours(1000)) <= std::chrono::hours(168));
  CHECK(*life(std::chrono::hours(1000)) > std::chrono::hours(167));
  CHECK(life(-std::chrono::hours(1)).error().kind == ErrorKind::kBadParameter);
  CHECK(GetResource<types::ProvisionTokenV2>(fixture.auth().backend(), kSecret));  // the refusal did not use it
}

TEST_CASE("a bot does not join with the wrong token") {
  AuthFixture fixture;
  TestClock clock;
  test::MakeRobot(fixture);
  types::ProvisionTokenV2 expiring = test::RobotToken("expiring");
  SetExpires(expiring, Now() + std::chrono::minutes(1));
  test::StoreToken(fixture, expiring);
  types::ProvisionTokenV2 node = test::RobotToken("node");
  node.mutable_spec()->set_roles(0, "Node");
  node.mutable_spec()->clear_botname();
  test::StoreToken(fixture, node);
  types::ProvisionTokenV2 gone = test::RobotToken("gone");
  gone.mutable_spec()->set_botname("nobody");
  test::StoreToken(fixture, gone);
  // A user with the name of a bot's user, which is not a bot's.
  types::ProvisionTokenV2 human = test::RobotToken("human");
  human.mutable_spec()->set_botname("human");
  test::StoreToken(fixture, human);
  fixture.Store("kind: user\nversion: v2\nmetadata: {name: bot-human}\nspec: {roles: [forbidden]}\n");
  test::StoreToken(fixture, test::RobotToken("iam", "iam"));
  clock.Advance(std::chrono::minutes(2));

  const std::pair<const char*, ErrorKind> wrong[] = {
      {"unknown", ErrorKind::kAccessDenied}, {"", ErrorKind::kAccessDenied},     {"expiring", ErrorKind::kAccessDenied},
      {"node", ErrorKind::kAccessDenied},    {"gone", ErrorKind::kAccessDenied}, {"human", ErrorKind::kAccessDenied},
      {"iam", ErrorKind::kNotImplemented},
  };
  for (const auto& [token, kind] : wrong) {
    CAPTURE(token);
    const auto joined = JoinCluster(fixture.auth(), test::RobotRequest(token));
    REQUIRE_FALSE(joined);
    CHECK(joined.error().kind == kind);
  }
  for (const char* role : {"Node", "Instance"}) {
    test::StoreToken(fixture, test::RobotToken(kSecret));
    JoinRequest request = test::RobotRequest(kSecret);
    request.role = role;
    CHECK(JoinCluster(fixture.auth(), request).error().kind == ErrorKind::kAccessDenied);
  }
  CHECK(ListAllResources<teleport::machineid::v1::BotInstance>(fixture.auth().backend())->empty());
}

TEST_CASE("keys that do not parse do not use up a token") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, test::RobotToken(kSecret));
  JoinRequest request = test::RobotRequest(kSecret);
  request.public_ssh_key = "ssh-ed25519 AAAA";
  CHECK(JoinCluster(fixture.auth(), request).error().kind == ErrorKind::kBadParameter);
  CHECK(JoinCluster(fixture.auth(), test::RobotRequest(kSecret)));
}

TEST_CASE("joins of bots are in the audit log, without the secret") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const Identity identity = test::IdentityOf(test::JoinRobot(fixture, kSecret).tls_certificate);
  CHECK_FALSE(JoinCluster(fixture.auth(), test::RobotRequest(kSecret)));
  const auto events = test::EventsOf(fixture, "bot.join");
  REQUIRE(events.size() == 2);
  const Value good = ParseJson(events[0]).value();
  const std::pair<const char*, std::string> fields[] = {{"code", "TJ001I"},
                                                        {"bot_name", "robot"},
                                                        {"method", "token"},
                                                        {"token_name", "************************89abcdef"},
                                                        {"user_name", "bot-robot"},
                                                        {"bot_instance_id", identity.bot_instance_id},
                                                        {"addr.remote", "192.0.2.7:4711"}};
  for (const auto& [name, value] : fields) CHECK(good.Find(name)->as_string() == value);
  CHECK(good.Find("success")->as_bool());
  const Value bad = ParseJson(events[1]).value();
  CHECK(bad.Find("code")->as_string() == "TJ001E");
  CHECK_FALSE(bad.Find("success")->as_bool());
  CHECK(bad.Find("error")->as_string().contains("not known"));
  for (const auto& event : events) CHECK_FALSE(event.contains(kSecret));
  CHECK(fixture.Events("instance.join") == 0);
}

TEST_CASE("a lock of the bot's user refuses its join") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, test::RobotToken(kSecret));
  types::LockV2 lock = NewResource<types::LockV2>();
  lock.mutable_metadata()->set_name("lock");
  lock.mutable_spec()->mutable_target()->set_user("bot-robot");
  BackendTransaction transaction;
  WriteResource(transaction, lock, WriteMode::kCreate);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
  CHECK(JoinCluster(fixture.auth(), test::RobotRequest(kSecret)).error().message.contains("lock targeting User"));
}

}  // namespace
}  // namespace sallyport
