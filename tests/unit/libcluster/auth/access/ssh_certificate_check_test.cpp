#include "libcluster/auth/access/ssh_certificate_check.h"

#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/access/authenticator.h"
#include "libcluster/auth/trust/system_identity.h"
#include "libidentity/ssh_identity.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using std::chrono::hours;

// The variations of a certificate of alice, and of the login.
struct SshLoginSample {
  std::string login = "root";
  std::string address = "192.0.2.1";
  std::string authority = "user";
  std::vector<std::string> groups = {"member"};
  std::string route;
  std::string pinned;
  std::string user = "alice";
  std::string bot_instance;
  Time now = Now();
  Nanoseconds ttl = hours(1);
  SshOptions critical;
};

SshCertificate CertificateFor(AuthFixture& fixture, const SshLoginSample& sample) {
  UserSshRequest request;
  request.identity.username = sample.user;
  request.identity.groups = sample.groups;
  request.identity.principals = {"root", "-teleport-internal-join"};
  request.identity.route_to_cluster = sample.route;
  request.identity.pinned_ip = sample.pinned;
  request.identity.bot_instance_id = sample.bot_instance;
  request.identity.private_key_policy = "none";
  request.public_key = GeneratePrivateKey(KeyAlgorithm::kEd25519)->public_key();
  request.now = sample.now;
  request.ttl = sample.ttl;
  const PrivateKey key = sample.authority == "unknown" ? GeneratePrivateKey(KeyAlgorithm::kEd25519).value()
                                                       : fixture.auth().authorities().Signer(sample.authority)->ssh_key;
  SshCertificate certificate = IssueUserSshCertificate(request, key).value();
  if (sample.critical.empty()) return certificate;
  certificate.critical_options = sample.critical;
  REQUIRE(certificate.Sign(key));
  return certificate;
}

Result<std::shared_ptr<const Caller>> LogIn(AuthFixture& fixture, const SshLoginSample& sample) {
  const std::string address = sample.address.contains(':') ? "[" + sample.address + "]:1" : sample.address + ":1";
  return fixture.auth().authenticator().AuthenticateSsh(CertificateFor(fixture, sample), sample.login, address);
}

std::string RefusalOf(AuthFixture& fixture, const SshLoginSample& sample) {
  const auto caller = LogIn(fixture, sample);
  if (caller) return "";
  CHECK(caller.error().kind == ErrorKind::kAccessDenied);
  return caller.error().message;
}

TEST_CASE("a user logs in by a certificate of the user authority", "[ssh_login]") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const auto caller = LogIn(fixture, {}).value();
  CHECK(caller->kind == Caller::Kind::kUser);
  CHECK(caller->identity.username == "alice");
  CHECK(caller->identity.teleport_cluster == "ex.com");
  CHECK(caller->access->RoleNames() == std::vector<std::string>{"member"});
  CHECK(caller->remote_address == "192.0.2.1:1");
  CHECK(caller->identity.expires > Now());
  CHECK(LogIn(fixture, {.login = "-teleport-internal-join", .route = "ex.com"}));
  CHECK(LogIn(fixture, {.pinned = "192.0.2.1"}));
  CHECK(LogIn(fixture, {.address = "2001:db8::1", .pinned = "2001:db8::1"}));
}

TEST_CASE("other certificates and logins are refused", "[ssh_login]") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  CHECK(RefusalOf(fixture, {.authority = "unknown"}) == kInvalidClientCertificate);
  CHECK(RefusalOf(fixture, {.authority = "host"}) == kInvalidClientCertificate);
  CHECK(RefusalOf(fixture, {.now = Now() - hours(2)}) == kCredentialsExpired);
  CHECK(RefusalOf(fixture, {.now = Now() + hours(2)}) == kCredentialsExpired);
  CHECK(RefusalOf(fixture, {.login = "other"}).contains("not among the principals"));
  CHECK(RefusalOf(fixture, {.login = ""}).contains("not among the principals"));
  CHECK(RefusalOf(fixture, {.groups = {}}).contains("has no roles"));
  CHECK(RefusalOf(fixture, {.groups = {"gone"}}).contains("gone"));
  CHECK(RefusalOf(fixture, {.route = "leaf.ex.com"}).contains("for cluster \"leaf.ex.com\""));
  CHECK(RefusalOf(fixture, {.pinned = "192.0.2.2"}).contains("pinned to another address"));
  CHECK(RefusalOf(fixture, {.address = "2001:db8::2", .pinned = "2001:db8::1"}).contains("pinned to another address"));
  CHECK(RefusalOf(fixture, {.user = "nobody"}).contains("\"nobody\" not found"));
  CHECK(RefusalOf(fixture, {.critical = {{"force-command", "true"}}}).contains("critical option"));
  CHECK(RefusalOf(fixture, {.critical = {{"source-address", "everywhere"}}}).contains("pinned to another address"));
}

TEST_CASE("a certificate with a changed byte is refused", "[ssh_login]") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  SshCertificate certificate = CertificateFor(fixture, {});
  certificate.blob[certificate.blob.find("member")] = 'M';
  const auto changed = ParseSshCertificateBlob(certificate.blob);
  REQUIRE(changed);
  const auto caller = fixture.auth().authenticator().AuthenticateSsh(*changed, "root", "192.0.2.1:1");
  REQUIRE_FALSE(caller);
  CHECK(caller.error().message == kInvalidClientCertificate);
}

TEST_CASE("a host's certificate is not implemented, and a stranger's host certificate is invalid", "[ssh_login]") {
  AuthFixture fixture;
  SystemSshIdentity host = IssueSystemSshIdentity(fixture.auth().authorities(), "Node", "host", {"root"}).value();
  const auto own = fixture.auth().authenticator().AuthenticateSsh(host.certificate, "root", "192.0.2.1:1");
  REQUIRE_FALSE(own);
  CHECK(own.error().kind == ErrorKind::kNotImplemented);
  CHECK(own.error().message.contains("reverse tunnels of agents"));

  REQUIRE(host.certificate.Sign(GeneratePrivateKey(KeyAlgorithm::kEd25519).value()));
  const auto strange = fixture.auth().authenticator().AuthenticateSsh(host.certificate, "root", "192.0.2.1:1");
  REQUIRE_FALSE(strange);
  CHECK(strange.error().message == kInvalidClientCertificate);
}

TEST_CASE("locks of a user and of a bot's instance refuse the login", "[ssh_login]") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  REQUIRE(LogIn(fixture, {.bot_instance = "instance"}));
  types::LockV2 lock = NewResource(*FindKind("lock")).as<types::LockV2>();
  lock.mutable_metadata()->set_name("a-lock");
  const bool of_user = GENERATE(true, false);
  if (of_user) {
    lock.mutable_spec()->mutable_target()->set_user("alice");
  } else {
    lock.mutable_spec()->mutable_target()->set_botinstanceid("instance");
  }
  REQUIRE(fixture.Call<google::protobuf::Empty>(fixture.admin(), "/proto.AuthService/UpsertLock", lock));
  CHECK(RefusalOf(fixture, {.bot_instance = "instance"}).contains("is in force"));
  CHECK(RefusalOf(fixture, {}).contains("is in force") == of_user);
}

}  // namespace
}  // namespace sallyport
