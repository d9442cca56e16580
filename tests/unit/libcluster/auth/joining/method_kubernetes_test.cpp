// Tests of joins with tokens of service accounts: what the cluster accepts, and what the audit log and the machine are
// told about a refusal.
#include "libbase/json.h"
#include "libcluster/auth/joining/join_methods.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libcluster/auth/joining/bot_sample.h"
#include "tests/unit/libidentity/jwt_sample.h"

namespace sallyport {
namespace {

const PrivateKey& AccountKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  return key;
}

std::int64_t SecondsFromNow(std::int64_t seconds) {
  return std::chrono::floor<std::chrono::seconds>(Now()).time_since_epoch().count() + seconds;
}

Value PodClaims() {
  return Value(Value::Map{
      {"iss", "https://kubernetes.default.svc"},
      {"aud", Value(Value::List{"ex.com"})},
      {"sub", "system:serviceaccount:apps:robot"},
      {"iat", SecondsFromNow(0)},
      {"nbf", SecondsFromNow(0)},
      {"exp", SecondsFromNow(600)},
      {"kubernetes.io", Value(Value::Map{{"namespace", "apps"}, {"pod", Value(Value::Map{{"name", "robot-1"}})}})},
  });
}

types::ProvisionTokenV2 AccountToken(const std::string& role = "Bot") {
  types::ProvisionTokenV2 token = test::RobotToken("robots", "kubernetes");
  auto& block = *token.mutable_spec()->mutable_kubernetes();
  block.set_type("static_jwks");
  block.mutable_staticjwks()->set_jwks(test::KeySetOf({test::JwkOf(AccountKey().public_key(), "k1")}));
  block.add_allow()->set_serviceaccount("apps:robot");
  token.mutable_spec()->set_roles(0, role);
  if (role != "Bot") token.mutable_spec()->clear_botname();
  return token;
}

JoinRequest RequestWith(const Value& claims, const std::string& role = "Bot") {
  JoinRequest request = test::RobotRequest("robots");
  request.role = role;
  request.id_token = test::SignedJwt(AccountKey(), "ES256", "k1", claims);
  return request;
}

TEST_CASE("a bot joins with the token of its service account, again and again") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, AccountToken());
  const JoinResult joined = JoinCluster(fixture.auth(), RequestWith(PodClaims())).value();
  const Identity identity = test::IdentityOf(joined.tls_certificate);
  CHECK(identity.username == "bot-robot");
  CHECK_FALSE(identity.renewable);
  CHECK(identity.generation == 1);
  CHECK(identity.join_token == "robots");
  const Value attributes = ParseJson(identity.join_attributes).value();
  CHECK(attributes.Find("meta")->Find("join_token_name")->as_string() == "robots");
  const Value* const kubernetes = attributes.Find("kubernetes");
  CHECK(kubernetes->Find("subject")->as_string() == "system:serviceaccount:apps:robot");
  CHECK(kubernetes->Find("service_account")->Find("namespace")->as_string() == "apps");
  CHECK(kubernetes->Find("service_account")->Find("name")->as_string() == "robot");
  CHECK(kubernetes->Find("pod")->Find("name")->as_string() == "robot-1");

  const auto record = test::InstanceOf(fixture, identity).status().initial_authentication();
  CHECK(record.join_token() == "robots");
  const auto& claims = record.metadata().fields();
  CHECK(claims.at("type").string_value() == "static_jwks");
  CHECK(claims.at("raw").struct_value().fields().at("sub").string_value() == "system:serviceaccount:apps:robot");
  const Value event = ParseJson(test::EventsOf(fixture, "bot.join").front()).value();
  CHECK(event.Find("attributes")->Find("username")->as_string() == "system:serviceaccount:apps:robot");

  // A second pod has an instance of its own; the first keeps its instance with its certificate, and cannot renew.
  const auto other = test::IdentityOf(JoinCluster(fixture.auth(), RequestWith(PodClaims()))->tls_certificate);
  CHECK(other.bot_instance_id != identity.bot_instance_id);
  JoinRequest again = RequestWith(PodClaims());
  again.caller = test::CallerOf(fixture, joined.tls_certificate).value();
  const auto kept = test::IdentityOf(JoinCluster(fixture.auth(), again)->tls_certificate);
  CHECK(kept.bot_instance_id == identity.bot_instance_id);
  CHECK(kept.generation == 2);
  CHECK(test::InstanceOf(fixture, kept).status().latest_authentications_size() == 2);
  const auto renewed = test::Renew(fixture, joined.tls_certificate);
  REQUIRE(renewed);
  CHECK(test::IdentityOf(renewed->tls()).expires <= identity.expires);
  CHECK(test::IdentityOf(renewed->tls()).generation == 0);
}

TEST_CASE("an older certificate is only a warning where the bot proves itself anew") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, AccountToken());
  JoinRequest again = RequestWith(PodClaims());
  again.caller = test::CallerOf(fixture, JoinCluster(fixture.auth(), again)->tls_certificate).value();
  for (std::uint64_t generation = 2; generation <= 3; ++generation) {
    CHECK(test::IdentityOf(JoinCluster(fixture.auth(), again)->tls_certificate).generation == generation);
  }
  CHECK(fixture.Events("lock.created") == 0);
}

TEST_CASE("a lock of the join token refuses its bots") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, AccountToken());
  const std::string pem = JoinCluster(fixture.auth(), RequestWith(PodClaims()))->tls_certificate;
  types::LockV2 lock = NewResource<types::LockV2>();
  lock.mutable_metadata()->set_name("lock");
  lock.mutable_spec()->mutable_target()->set_jointoken("robots");
  REQUIRE(fixture.Call<google::protobuf::Empty>(fixture.admin(), "/proto.AuthService/UpsertLock", lock));
  CHECK_FALSE(test::CallerOf(fixture, pem));
  CHECK(JoinCluster(fixture.auth(), RequestWith(PodClaims())).error().message.contains("lock targeting JoinToken"));
}

TEST_CASE("a host joins by the same method") {
  AuthFixture fixture;
  test::StoreToken(fixture, AccountToken("Node"));
  const auto joined = JoinCluster(fixture.auth(), RequestWith(PodClaims(), "Instance"));
  REQUIRE(joined);
  CHECK(test::IdentityOf(joined->tls_certificate).system_roles == std::vector<std::string>{"Node"});
  const Value event = ParseJson(test::EventsOf(fixture, "instance.join").front()).value();
  CHECK(event.Find("method")->as_string() == "kubernetes");
  CHECK(event.Find("token_name")->as_string() == "robots");
  CHECK(JoinCluster(fixture.auth(), RequestWith(PodClaims(), "Node")));
}

TEST_CASE("each attack is one sentence in the audit log that names the claim; the machine is told nothing") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  test::StoreToken(fixture, AccountToken());
  const auto with = [](std::string_view name, Value value) {
    Value claims = PodClaims();
    claims.Set(name, std::move(value));
    return RequestWith(claims).id_token;
  };
  const PrivateKey foreign = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  const std::pair<std::string, const char*> attacks[] = {
      {"", "id_token is missing"},
      {"not a token", "no signed token"},
      {with("sub", "system:serviceaccount:apps:other"),
       "no rule of the token allows the service account \"apps:other\""},
      {with("sub", "system:serviceaccount:other:robot"), "\"other:robot\""},
      {with("sub", "robot"), "claim sub"},
      {with("aud", "another.cluster"), "claim aud"},
      {with("aud", Value()), "claim aud"},
      {with("kubernetes.io", Value::EmptyMap()), "claim kubernetes.io"},
      {with("exp", SecondsFromNow(-60)), "claim exp is in the past"},
      {with("exp", SecondsFromNow(3600)), "more than the 1800 seconds"},
      {with("iat", SecondsFromNow(60)), "claim iat is in the future"},
      {with("nbf", SecondsFromNow(60)), "claim nbf is in the future"},
      {with("iat", Value()), "claim iat"},
      {test::SignedJwt(foreign, "ES256", "k1", PodClaims()), "signature"},
      {test::SignedJwt(AccountKey(), "ES256", "k2", PodClaims()), "header kid"},
      {test::JwtText(Value(Value::Map{{"alg", "none"}, {"kid", "k1"}}), PodClaims()) + ".AA", "header alg"},
  };
  int source = 0;
  for (const auto& [id_token, says] : attacks) {
    CAPTURE(says);
    JoinRequest request = test::RobotRequest("robots");
    request.id_token = id_token;
    request.remote_address = fmt::format("192.0.2.{}:1", ++source);  // refusals are limited by address
    const auto joined = JoinCluster(fixture.auth(), request);
    REQUIRE_FALSE(joined);
    CHECK(joined.error().kind == ErrorKind::kAccessDenied);
    CHECK(joined.error().message == "access denied: the proof for the join method kubernetes is not accepted");
    const Value event = ParseJson(test::EventsOf(fixture, "bot.join").back()).value();
    CHECK(event.Find("code")->as_string() == "TJ001E");
    CHECK(event.Find("bot_name")->as_string() == "robot");
    CHECK(event.Find("error")->as_string().contains(says));
    if (!id_token.empty()) CHECK_FALSE(ToJson(event).contains(id_token));
  }
  CHECK(ListAllResources<teleport::machineid::v1::BotInstance>(fixture.auth().backend())->empty());
}

TEST_CASE("the verified claims of a refused account are in the audit log") {
  AuthFixture fixture;
  test::StoreToken(fixture, AccountToken());
  Value claims = PodClaims();
  claims.Set("sub", "system:serviceaccount:apps:other");
  CHECK_FALSE(JoinCluster(fixture.auth(), RequestWith(claims)));
  const Value event = ParseJson(test::EventsOf(fixture, "bot.join").back()).value();
  CHECK(event.Find("attributes")->Find("username")->as_string() == "system:serviceaccount:apps:other");
}

TEST_CASE("a token of another type does not help: in_cluster needs a pod, oidc an issuer that answers") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  types::ProvisionTokenV2 token = AccountToken();
  const auto reason = [&](const std::string& type) {
    token.mutable_spec()->mutable_kubernetes()->set_type(type);
    test::StoreToken(fixture, token);
    const auto joined = JoinCluster(fixture.auth(), RequestWith(PodClaims()));
    CHECK(joined.error().message == "access denied: the proof for the join method kubernetes is not accepted");
    return ParseJson(test::EventsOf(fixture, "bot.join").back())->Find("error")->as_string();
  };
  CHECK(reason("in_cluster").contains("does not run in a pod"));
  CHECK(reason("").contains("does not run in a pod"));
  CHECK(reason("telepathy").contains("not implemented"));
  token.mutable_spec()->mutable_kubernetes()->mutable_oidc()->set_issuer("https://127.0.0.1:1");
  CHECK(reason("oidc").contains("127.0.0.1, which is not public"));
  token.mutable_spec()->mutable_kubernetes()->mutable_oidc()->set_issuer("http://127.0.0.1:1");
  CHECK(reason("oidc").contains("https://"));
}

}  // namespace
}  // namespace sallyport
