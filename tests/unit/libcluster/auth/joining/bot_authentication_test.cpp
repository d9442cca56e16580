// Tests of the generations of a bot's certificates: renewals, copies, and instances that are gone.
#include "libcluster/auth/joining/bot_authentication.h"

#include <google/protobuf/empty.pb.h>

#include <atomic>
#include <thread>

#include "libbase/json.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libcluster/auth/joining/bot_sample.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;

std::vector<types::LockV2> LocksOf(AuthFixture& fixture) {
  return ListAllResources<types::LockV2>(fixture.auth().backend()).value();
}

TEST_CASE("each renewal has the next generation, and is recorded with its event") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  std::string pem = test::JoinRobot(fixture).tls_certificate;
  const Identity first = test::IdentityOf(pem);
  for (std::uint64_t generation = 2; generation <= 4; ++generation) {
    const auto renewed = test::Renew(fixture, pem);
    REQUIRE(renewed);
    pem = renewed->tls();
    Identity identity = test::IdentityOf(pem);
    CHECK(identity.generation == generation);
    CHECK(identity.renewable);
    CHECK(identity.bot_instance_id == first.bot_instance_id);
    CHECK(identity.join_attributes == first.join_attributes);
    CHECK_FALSE(renewed->ssh().empty());
    CHECK(renewed->tlscacerts_size() == 2);
    CHECK(renewed->sshcacerts_size() == 2);
    CHECK(fixture.Events("cert.create") == generation - 1);
  }

  const auto status = test::InstanceOf(fixture, first).status();
  REQUIRE(status.latest_authentications_size() == 4);
  const auto& newest = status.latest_authentications(3);
  CHECK(newest.generation() == 4);
  CHECK(newest.join_method() == "token");
  CHECK(newest.join_token().empty());
  CHECK_FALSE(newest.has_join_attrs());
  CHECK(LocksOf(fixture).empty());
}

TEST_CASE("a copy locks the instance at its renewal, and neither holder goes on") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string stolen = test::JoinRobot(fixture).tls_certificate;
  const std::string renewed = test::Renew(fixture, stolen).value().tls();
  const auto refused = test::Renew(fixture, stolen);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::kAccessDenied);
  CHECK(refused.error().message.contains("generation mismatch"));
  CHECK(refused.error().message.contains("has generation 1, the newest is 2"));

  const Identity identity = test::IdentityOf(renewed);
  const auto locks = LocksOf(fixture);
  REQUIRE(locks.size() == 1);
  CHECK(locks[0].spec().target().botinstanceid() == identity.bot_instance_id);
  CHECK(locks[0].spec().target().user().empty());
  CHECK(locks[0].spec().message().contains("robot/" + identity.bot_instance_id));
  const auto events = test::EventsOf(fixture, "cert.generation_mismatch");
  REQUIRE(events.size() == 1);
  const Value event = ParseJson(events[0]).value();
  CHECK(event.Find("code")->as_string() == "TCB00W");
  CHECK(event.Find("user")->as_string() == "bot-robot");
  CHECK(event.Find("bot_instance_id")->as_string() == identity.bot_instance_id);
  CHECK(fixture.Events("lock.created") == 1);

  // The lock acts at once, for each certificate of the instance; other instances go on.
  for (const auto& pem : {stolen, renewed}) {
    CHECK(test::CallerOf(fixture, pem).error().message.contains("lock targeting BotInstanceID"));
  }
  CHECK(test::InstanceOf(fixture, identity).status().latest_authentications_size() == 2);
  CHECK(test::Renew(fixture, test::JoinRobot(fixture).tls_certificate));
}

// Renews with a key of the caller's choice.
Result<proto::Certs> RenewWith(AuthFixture& fixture, const std::string& pem, const PrivateKey& key) {
  const auto caller = test::CallerOf(fixture, pem);
  if (!caller) return std::unexpected(caller.error());
  proto::UserCertsRequest request = test::CertsRequestOf("bot-robot");
  request.set_tlspublickey(key.public_key().ToPem());
  request.set_sshpublickey(key.public_key().ToAuthorizedKey());
  return fixture.Call<proto::Certs>(*caller, "/proto.AuthService/GenerateUserCerts", request);
}

TEST_CASE("a renewal whose answer was lost is repeated for the same new key alone") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const PrivateKey next = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  const std::string first = test::JoinRobot(fixture).tls_certificate;
  REQUIRE(RenewWith(fixture, first, next));
  std::string second;
  for (int i = 0; i < 3; ++i) {
    const auto again = RenewWith(fixture, first, next);
    REQUIRE(again);
    second = again->tls();
    CHECK(test::IdentityOf(second).generation == 2);
    CHECK(Certificate::FromPem(second)->public_key() == next.public_key());
  }
  CHECK(test::InstanceOf(fixture, test::IdentityOf(second)).status().latest_authentications_size() == 2);
  CHECK(fixture.Events("cert.create") == 4);

  // After the next renewal the old certificate is a copy, whatever key it comes with.
  REQUIRE(RenewWith(fixture, second, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value()));
  CHECK(LocksOf(fixture).empty());
  CHECK(RenewWith(fixture, first, next).error().message.contains("generation mismatch"));
  CHECK(LocksOf(fixture).size() == 1);
}

TEST_CASE("a holder of a copy cannot repeat the renewal of a bot that keeps its key") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string stolen = test::JoinRobot(fixture).tls_certificate;
  REQUIRE(test::Renew(fixture, stolen));  // with the key of the join, which the copy has too
  CHECK(test::Renew(fixture, stolen).error().message.contains("generation mismatch"));
  CHECK(LocksOf(fixture).size() == 1);
}

TEST_CASE("of renewals at the same time one succeeds, and the other shows the copy") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const Caller caller = test::CallerOf(fixture, test::JoinRobot(fixture).tls_certificate).value();
  std::atomic<int> renewed = 0;
  std::vector<std::thread> holders;
  for (int i = 0; i < 3; ++i) {
    holders.emplace_back([&] {
      proto::Certs answer;
      const RpcMethod* const method = fixture.table().Find("/proto.AuthService/GenerateUserCerts");
      const RpcCall call{caller, method->path, "18.3.0", "test"};
      if (method->handler(call, test::CertsRequestOf("bot-robot"), answer)) ++renewed;
    });
  }
  for (auto& holder : holders) holder.join();
  CHECK(renewed == 1);
  CHECK_FALSE(LocksOf(fixture).empty());
  CHECK(GenerationOf(test::InstanceOf(fixture, caller.identity)) == 2);
}

TEST_CASE("heartbeats between do not disturb renewals") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  std::string pem = test::JoinRobot(fixture).tls_certificate;
  const Identity identity = test::IdentityOf(pem);
  std::thread beats([&] {
    machineidv1::SubmitHeartbeatRequest request;
    request.mutable_heartbeat()->set_hostname("host");
    for (int i = 0; i < 12; ++i) {
      (void)StoreHeartbeat(fixture.auth().backend(), "robot", identity.bot_instance_id, request);
    }
  });
  for (int i = 0; i < 10; ++i) {
    const auto renewed = test::Renew(fixture, pem);
    CHECK(renewed);
    if (renewed) pem = renewed->tls();
  }
  beats.join();
  CHECK(LocksOf(fixture).empty());
}

TEST_CASE("a removed instance does not renew, nor does a removed bot") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const std::string other = test::JoinRobot(fixture).tls_certificate;
  machineidv1::DeleteBotInstanceRequest instance;
  instance.set_bot_name("robot");
  instance.set_instance_id(test::IdentityOf(pem).bot_instance_id);
  REQUIRE(fixture.Call<google::protobuf::Empty>(
      fixture.admin(), "/teleport.machineid.v1.BotInstanceService/DeleteBotInstance", instance));
  CHECK(test::Renew(fixture, pem).error().message.contains("was removed, or has expired"));

  machineidv1::DeleteBotRequest bot;
  bot.set_bot_name("robot");
  REQUIRE(fixture.Call<google::protobuf::Empty>(fixture.admin(), "/teleport.machineid.v1.BotService/DeleteBot", bot));
  CHECK(test::Renew(fixture, other).error().kind == ErrorKind::kAccessDenied);
  test::MakeRobot(fixture);  // another bot of the same name
  CHECK(test::Renew(fixture, other).error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("a renewal is at most a week long, and may outlive the certificate before") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  const auto longer = test::Certs(fixture, pem, test::CertsRequestOf("bot-robot", std::chrono::hours(3)));
  REQUIRE(longer);
  CHECK(Certificate::FromPem(longer->tls())->not_after() > Now() + std::chrono::minutes(179));
  const auto longest = test::Certs(fixture, longer->tls(), test::CertsRequestOf("bot-robot", std::chrono::hours(999)));
  REQUIRE(longest);
  CHECK(Certificate::FromPem(longest->tls())->not_after() <= Now() + std::chrono::hours(12));
  CHECK(test::Certs(fixture, longest->tls(), test::CertsRequestOf("bot-robot", -std::chrono::hours(1))).error().kind ==
        ErrorKind::kAccessDenied);
}

}  // namespace
}  // namespace sallyport
