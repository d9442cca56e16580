// Tokens for certificates of hosts (auth-api section 5).
#include "libcluster/auth/joining.h"

#include "auth_fixture.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/x509.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kHostId = "11111111-1111-4111-8111-111111111111";

JoinRequest RequestFor(std::string_view token, std::string_view role) {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  JoinRequest request;
  request.host_id = kHostId;
  request.node_name = "web";
  request.role = role;
  request.token = token;
  request.public_tls_key = key.public_key().ToPem();
  request.public_ssh_key = key.public_key().ToAuthorizedKey();
  return request;
}

void StoreToken(AuthFixture& fixture, std::string_view name, std::vector<std::string> roles) {
  types::ProvisionTokenV2 token;
  token.mutable_metadata()->set_name(std::string(name));
  for (auto& role : roles) token.mutable_spec()->add_roles(std::move(role));
  BackendTransaction transaction;
  WriteResource(transaction, "token", token, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

TEST_CASE("a token gives a host the certificates of its roles") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node", "Kube"});
  const auto joined = JoinCluster(fixture.auth(), RequestFor("secret", "Instance"));
  REQUIRE(joined);
  const auto identity = Certificate::FromPem(joined->tls_certificate).value().ToIdentity().value();
  CHECK(identity.username == fmt::format("{}.{}", kHostId, fixture.auth().cluster_name()));
  CHECK(identity.groups == std::vector<std::string>{"Instance"});
  CHECK(identity.system_roles == std::vector<std::string>{"Node", "Kube"});
  const auto ssh = ParseSshCertificate(joined->ssh_certificate).value();
  CHECK(ssh.type == SshCertificateType::kHost);
  CHECK(ssh.HasPrincipal("web"));
  CHECK(ssh.HasPrincipal(std::string(kHostId)));
  CHECK_FALSE(joined->tls_authorities.empty());
}

TEST_CASE("who has no token for a role does not get it") {
  AuthFixture fixture;
  StoreToken(fixture, "kube-only", {"Kube"});
  StoreToken(fixture, "0f5ec2", {"Bot"});
  const std::pair<JoinRequest, ErrorKind> wrong[] = {
      {RequestFor("guess", "Node"), ErrorKind::kAccessDenied},
      {RequestFor("", "Node"), ErrorKind::kAccessDenied},
      {RequestFor("kube-only", "Node"), ErrorKind::kAccessDenied},
      {RequestFor("kube-only", "Admin"), ErrorKind::kAccessDenied},
      {RequestFor("0f5ec2", "Bot"), ErrorKind::kNotImplemented},
      {RequestFor("0f5ec2", "Instance"), ErrorKind::kNotImplemented},
  };
  for (const auto& [request, kind] : wrong) {
    CAPTURE(request.token, request.role);
    const auto joined = JoinCluster(fixture.auth(), request);
    REQUIRE_FALSE(joined);
    CHECK(joined.error().kind == kind);
    if (!request.token.empty()) CHECK_FALSE(joined.error().message.contains(request.token));
  }
}

TEST_CASE("a host is a UUID with keys") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node"});
  JoinRequest request = RequestFor("secret", "Node");
  request.host_id = "../../etc";
  CHECK(JoinCluster(fixture.auth(), request).error().kind == ErrorKind::kBadParameter);
  request = RequestFor("secret", "Node");
  request.public_ssh_key = "ssh-ed25519 nonsense";
  CHECK_FALSE(JoinCluster(fixture.auth(), request));
}

// A host that has joined, as the auth service sees it.
Caller HostCaller(const JoinResult& joined) {
  Caller caller;
  caller.kind = Caller::Kind::kSystem;
  caller.identity = Certificate::FromPem(joined.tls_certificate).value().ToIdentity().value();
  return caller;
}

TEST_CASE("a host that has joined gets new certificates for other keys and names") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node", "Kube"});
  const Caller host = HostCaller(JoinCluster(fixture.auth(), RequestFor("secret", "Instance")).value());
  JoinRequest request = RequestFor("", "Instance");
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  request.public_tls_key = key.public_key().ToPem();
  request.public_ssh_key = key.public_key().ToAuthorizedKey();
  request.node_name = "renamed";
  request.additional_principals = {"web.example.com"};
  const auto renewed = RenewHost(fixture.auth(), host, request, {"Node", "Kube"});
  REQUIRE(renewed);
  const auto tls = Certificate::FromPem(renewed->tls_certificate).value();
  CHECK(tls.public_key() == key.public_key());
  CHECK(tls.ToIdentity()->username == host.identity.username);
  CHECK(tls.ToIdentity()->system_roles == std::vector<std::string>{"Node", "Kube"});
  const auto ssh = ParseSshCertificate(renewed->ssh_certificate).value();
  CHECK(ssh.public_key == key.public_key());
  CHECK(ssh.HasPrincipal("renamed"));
  CHECK(ssh.HasPrincipal("web.example.com"));
  CHECK_FALSE(ssh.HasPrincipal("web"));
  const auto fewer = RenewHost(fixture.auth(), host, request, {"Kube"});
  REQUIRE(fewer);
  CHECK(Certificate::FromPem(fewer->tls_certificate)->ToIdentity()->system_roles == std::vector<std::string>{"Kube"});
}

TEST_CASE("a host gets nothing beyond what it is") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node"});
  const Caller host = HostCaller(JoinCluster(fixture.auth(), RequestFor("secret", "Instance")).value());
  const JoinRequest own = RequestFor("", "Instance");
  JoinRequest other = own;
  other.host_id = "22222222-2222-4222-8222-222222222222";
  JoinRequest crowded = own;
  crowded.additional_principals = std::vector<std::string>(33, "name");
  Caller user = host;
  user.kind = Caller::Kind::kUser;
  struct Row {
    const Caller& caller;
    JoinRequest request;
    std::vector<std::string> system_roles;
    ErrorKind kind;
  };
  const Row rows[] = {
      {host, other, {"Node"}, ErrorKind::kAccessDenied},
      {host, own, {"Node", "Proxy"}, ErrorKind::kAccessDenied},
      {host, own, {}, ErrorKind::kBadParameter},
      {host, RequestFor("", "Node"), {"Node"}, ErrorKind::kAccessDenied},
      {host, RequestFor("", "Admin"), {}, ErrorKind::kAccessDenied},
      {host, RequestFor("", "Auth"), {}, ErrorKind::kAccessDenied},
      {host, crowded, {"Node"}, ErrorKind::kLimitExceeded},
      {user, own, {"Node"}, ErrorKind::kAccessDenied},
      {fixture.admin(), own, {"Node"}, ErrorKind::kAccessDenied},
  };
  for (const auto& row : rows) {
    CAPTURE(row.request.role, row.request.host_id, row.system_roles);
    const auto renewed = RenewHost(fixture.auth(), row.caller, row.request, row.system_roles);
    REQUIRE_FALSE(renewed);
    CHECK(renewed.error().kind == row.kind);
  }
  CHECK(RenewHost(fixture.auth(), host, RequestFor("", "Node"), {}));
}

}  // namespace
}  // namespace sallyport
