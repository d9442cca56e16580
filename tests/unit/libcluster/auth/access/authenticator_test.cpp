#include "libcluster/auth/access/authenticator.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/time_util.h>

#include "libbase/test_clock.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/trust/system_identity.h"
#include "libresources/access/access.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using std::chrono::hours;

// The variations of a certificate of alice.
struct CertificateRequest {
  std::vector<std::string> usage = {};
  Time not_before = Now() - hours(1);
  Time not_after = Now() + hours(1);
  std::string signer = "user";
  std::vector<std::string> groups = {"member"};
  bool client_auth = true;
  std::string cluster = "ex.com";
};

std::string CertificateOf(AuthFixture& fixture, const CertificateRequest& request) {
  Identity identity;
  identity.username = "alice";
  identity.groups = request.groups;
  identity.principals = {"root"};
  identity.usage = request.usage;
  identity.teleport_cluster = request.cluster;
  identity.route_to_cluster = "ex.com";
  identity.private_key_policy = "none";
  const CertSigner signer = fixture.auth().authorities().Signer(request.signer).value();
  LeafRequest leaf;
  leaf.subject = ToSubject(identity).value();
  leaf.public_key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256)->public_key();
  leaf.not_before = request.not_before;
  leaf.not_after = request.not_after;
  leaf.client_auth = request.client_auth;
  return IssueCertificate(leaf, signer.tls_certificate, signer.tls_key)->ToPem();
}

std::string ErrorOf(AuthFixture& fixture, const std::vector<std::string>& chain, std::string_view usage = "") {
  const auto caller = fixture.auth().authenticator().Authenticate(chain, "192.0.2.1:1", usage);
  if (caller) return "";
  CHECK(caller.error().kind == ErrorKind::kAccessDenied);
  return caller.error().message;
}

TEST_CASE("a caller is anonymous without a certificate, else the user or host of it") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  auto& authenticator = fixture.auth().authenticator();
  CHECK((*authenticator.Authenticate({}, "a:1", ""))->kind == Caller::Kind::kNobody);

  const auto alice = authenticator.Authenticate({CertificateOf(fixture, {})}, "a:1", "").value();
  CHECK(alice->kind == Caller::Kind::kUser);
  CHECK(alice->identity.username == "alice");
  CHECK(alice->remote_address == "a:1");
  CHECK(alice->access->RoleNames() == std::vector<std::string>{"member"});

  const auto admin = IssueSystemIdentity(fixture.auth().authorities(), "Admin", "uuid", {}).value();
  CHECK((*authenticator.Authenticate({admin.certificate_pem}, "a:1", ""))->kind == Caller::Kind::kAdmin);
  const auto proxy = IssueSystemIdentity(fixture.auth().authorities(), "Proxy", "uuid", {}).value();
  CHECK((*authenticator.Authenticate({proxy.certificate_pem}, "a:1", ""))->SystemRole() == "Proxy");
}

TEST_CASE("a role named Admin in a user's certificate is only a role") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string pem = CertificateOf(fixture, {.groups = {"Admin"}});
  CHECK(ErrorOf(fixture, {pem}).find("role \"Admin\"") != std::string::npos);
}

TEST_CASE("invalid certificates are refused with their messages") {
  AuthFixture fixture;
  AuthFixture foreign;
  fixture.Store(kMemberYaml);
  const std::string expired = CertificateOf(fixture, {.not_after = Now() - std::chrono::seconds(1)});
  CHECK(ErrorOf(fixture, {expired}) == kCredentialsExpired);
  const std::string invalid(kInvalidClientCertificate);
  CHECK(ErrorOf(fixture, {CertificateOf(foreign, {})}).starts_with(invalid));
  CHECK(ErrorOf(fixture, {CertificateOf(fixture, {.client_auth = false})}).starts_with(invalid));
  CHECK(ErrorOf(fixture, {CertificateOf(fixture, {.cluster = "other.com"})}) == invalid);
  const auto ca = fixture.auth().authorities().Signer("user")->tls_certificate.ToPem();
  CHECK(ErrorOf(fixture, {ca}).starts_with(invalid));
  const std::string good = CertificateOf(fixture, {});
  CHECK(ErrorOf(fixture, {good, ca}) == "access denied: intermediaries are not supported");
  CHECK(ErrorOf(fixture, {"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"}) != "");
  CHECK(ErrorOf(fixture, {good}).empty());
}

TEST_CASE("a certificate ends with its user") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string pem = CertificateOf(fixture, {});
  CHECK(ErrorOf(fixture, {pem}).empty());
  types::UserV2 user = GetResource<types::UserV2>(fixture.auth().backend(), "alice").value();
  BackendTransaction removal;
  removal.Remove(ResourceKey("user", "alice"), true);
  REQUIRE(fixture.auth().Commit(std::move(removal)));
  CHECK(ErrorOf(fixture, {pem}) == "access denied: user \"alice\" not found");

  // A user may expire after the authenticator has seen the certificate.
  SetExpires(user, Now() + std::chrono::minutes(30));
  BackendTransaction temporary;
  WriteResource(temporary, user, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(temporary)));
  CHECK(ErrorOf(fixture, {pem}).empty());
  TestClock clock;
  clock.Advance(std::chrono::minutes(30));
  CHECK(ErrorOf(fixture, {pem}) == "access denied: user \"alice\" not found");
}

TEST_CASE("a certificate that is known already ends with its time") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string pem = CertificateOf(fixture, {.not_after = Now() + hours(2)});
  TestClock clock;
  clock.Advance(hours(1));
  CHECK(ErrorOf(fixture, {pem}).empty());
  clock.Advance(hours(1));
  CHECK(ErrorOf(fixture, {pem}) == kCredentialsExpired);
}

TEST_CASE("a restricted certificate is for its service alone") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string kube = CertificateOf(fixture, {.usage = {std::string(kUsageKube)}});
  CHECK(ErrorOf(fixture, {kube}) == kInvalidClientCertificate);
  CHECK(ErrorOf(fixture, {kube}, kUsageKube).empty());
  CHECK(ErrorOf(fixture, {CertificateOf(fixture, {.usage = {"usage:apps"}})}, kUsageKube) == kInvalidClientCertificate);
  CHECK(ErrorOf(fixture, {CertificateOf(fixture, {})}, kUsageKube).empty());
}

TEST_CASE("a lock takes effect at once, on certificates that are known already, and ends with its time") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string pem = CertificateOf(fixture, {});
  CHECK(ErrorOf(fixture, {pem}).empty());
  types::LockV2 lock = NewResource(*FindKind("lock")).as<types::LockV2>();
  lock.mutable_metadata()->set_name("l1");
  lock.mutable_spec()->mutable_target()->set_user("alice");
  lock.mutable_spec()->set_message("vacation");
  using google::protobuf::Empty;
  REQUIRE(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/UpsertLock", lock));
  CHECK(ErrorOf(fixture, {pem}) == "lock targeting User:\"alice\" is in force: vacation");
  proto::DeleteLockRequest remove;
  remove.set_name("l1");
  REQUIRE(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/DeleteLock", remove));
  CHECK(ErrorOf(fixture, {pem}).empty());

  const Time end = Now() + std::chrono::minutes(10);
  *lock.mutable_spec()->mutable_expires() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(end.time_since_epoch().count());
  REQUIRE(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/UpsertLock", lock));
  TestClock clock;
  clock.Advance(std::chrono::minutes(9));
  CHECK_FALSE(ErrorOf(fixture, {pem}).empty());
  clock.Advance(std::chrono::minutes(1));
  CHECK(ErrorOf(fixture, {pem}).empty());
}

TEST_CASE("a role that changes changes the rights of those who are logged in; one that goes takes them") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  const std::string pem = CertificateOf(fixture, {});
  auto& authenticator = fixture.auth().authenticator();
  const auto may_read = [&] {
    const auto caller = authenticator.Authenticate({pem}, "a:1", "").value();
    return AuthServer::CheckRule(*caller, "user", "read").has_value();
  };
  CHECK_FALSE(may_read());
  fixture.Store(
      "kind: role\nversion: v7\nmetadata: {name: member}\nspec: {allow: {rules: [{resources: [user], verbs: "
      "[read]}]}}\n");
  CHECK(may_read());
  BackendTransaction remove;
  remove.Remove(ResourceKey("role", "member"), true);
  REQUIRE(fixture.auth().Commit(std::move(remove)));
  CHECK(ErrorOf(fixture, {pem}).find("role \"member\" is not found; your certificate has the role") !=
        std::string::npos);
}

}  // namespace
}  // namespace sallyport
