// A bot in an AuthFixture, its join requests, and the caller that its certificates make.
#pragma once

#include <string>
#include <vector>

#include "libcluster/auth/joining/bot_instances.h"
#include "libcluster/auth/joining/joining.h"
#include "libidentity/x509.h"
#include "libresources/kinds/bot.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport::test {

inline constexpr const char* kRobotRoles = R"(
kind: role
version: v7
metadata: {name: deployer}
spec: {allow: {logins: ["{{internal.logins}}"]}}
---
kind: role
version: v7
metadata: {name: forbidden}
spec: {allow: {logins: [root]}}
)";

// Makes the bot "robot", which may take on the role deployer.
inline void MakeRobot(AuthFixture& fixture) {
  fixture.Store(kRobotRoles);
  teleport::machineid::v1::CreateBotRequest request;
  auto& bot = *request.mutable_bot();
  bot = NewResource<teleport::machineid::v1::Bot>();
  bot.mutable_metadata()->set_name("robot");
  bot.mutable_spec()->add_roles("deployer");
  auto& trait = *bot.mutable_spec()->add_traits();
  trait.set_name("logins");
  trait.add_values("ubuntu");
  REQUIRE(fixture.Call<teleport::machineid::v1::Bot>(fixture.admin(), "/teleport.machineid.v1.BotService/CreateBot",
                                                     request));
}

inline types::ProvisionTokenV2 RobotToken(const std::string& name, const std::string& method = "token") {
  types::ProvisionTokenV2 token = NewResource<types::ProvisionTokenV2>();
  token.mutable_metadata()->set_name(name);
  token.mutable_spec()->add_roles("Bot");
  token.mutable_spec()->set_botname("robot");
  token.mutable_spec()->set_joinmethod(method);
  return token;
}

inline void StoreToken(AuthFixture& fixture, types::ProvisionTokenV2 token) {
  BackendTransaction transaction;
  WriteResource(transaction, token, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

inline const PublicKey& RobotKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  static const PublicKey public_key = key.public_key();
  return public_key;
}

inline JoinRequest RobotRequest(const std::string& token) {
  JoinRequest request;
  request.role = "Bot";
  request.token = token;
  request.public_tls_key = RobotKey().ToPem();
  request.public_ssh_key = RobotKey().ToAuthorizedKey();
  request.remote_address = "192.0.2.7:4711";
  return request;
}

// Joins with a new token of the method token.
inline JoinResult JoinRobot(AuthFixture& fixture, const std::string& token = "0123456789abcdef0123456789abcdef") {
  StoreToken(fixture, RobotToken(token));
  return JoinCluster(fixture.auth(), RobotRequest(token)).value();
}

inline Identity IdentityOf(const std::string& pem) { return Certificate::FromPem(pem)->ToIdentity().value(); }

// Returns the caller that a connection with the certificate is.
inline Result<Caller> CallerOf(AuthFixture& fixture, const std::string& pem) {
  ASSIGN_OR_RETURN(const auto caller, fixture.auth().authenticator().Authenticate({pem}, "192.0.2.7:1", ""));
  return *caller;
}

inline proto::UserCertsRequest CertsRequestOf(const std::string& user, Nanoseconds ttl = std::chrono::hours(1)) {
  proto::UserCertsRequest request;
  request.set_username(user);
  request.set_tlspublickey(RobotKey().ToPem());
  request.set_sshpublickey(RobotKey().ToAuthorizedKey());
  request.mutable_expires()->set_seconds(
      std::chrono::floor<std::chrono::seconds>(Now() + ttl).time_since_epoch().count());
  return request;
}

// Asks for certificates as the holder of a certificate.
inline Result<proto::Certs> Certs(AuthFixture& fixture, const std::string& pem,
                                  const proto::UserCertsRequest& request) {
  ASSIGN_OR_RETURN(const Caller caller, CallerOf(fixture, pem));
  return fixture.Call<proto::Certs>(caller, "/proto.AuthService/GenerateUserCerts", request);
}
inline Result<proto::Certs> Renew(AuthFixture& fixture, const std::string& pem) {
  return Certs(fixture, pem, CertsRequestOf("bot-robot"));
}

inline teleport::machineid::v1::BotInstance InstanceOf(AuthFixture& fixture, const Identity& identity) {
  return ReadBotInstance(fixture.auth().backend(), identity.bot_name, identity.bot_instance_id).value();
}

// Returns the JSON of the events of a type, the newest last.
inline std::vector<std::string> EventsOf(AuthFixture& fixture, const std::string& type) {
  const auto found = fixture.auth().backend().Events({Time::min(), Time::max(), {type}}).value();
  std::vector<std::string> events;
  for (const auto& [number, record] : found) events.push_back(record.json);
  return events;
}

}  // namespace sallyport::test
