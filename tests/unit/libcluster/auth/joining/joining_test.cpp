// Tests of tokens for certificates of hosts (docs/protocol/joining.md).
#include "libcluster/auth/joining/joining.h"

#include "libbase/test_clock.h"
#include "libbase/text.h"
#include "libcluster/auth/joining/host_removal.h"
#include "libcluster/auth/trust/hosts.h"
#include "libcluster/auth/trust/system_identity.h"
#include "libidentity/host_proof.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/x509.h"
#include "teleport/legacy/types/token.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

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
  WriteResource(transaction, token, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

TEST_CASE("a token gives a host the certificates of its roles") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node", "Kube"});
  const auto joined = JoinCluster(fixture.auth(), RequestFor("secret", "Instance"));
  REQUIRE(joined);
  const auto certificate = Certificate::FromPem(joined->tls_certificate).value();
  const auto identity = certificate.ToIdentity().value();
  CHECK(IsUuid(joined->host_id));
  CHECK(joined->host_id != kHostId);  // the cluster assigns ids
  CHECK(identity.username == fmt::format("{}.{}", joined->host_id, fixture.auth().cluster_name()));
  CHECK(identity.groups == std::vector<std::string>{"Instance"});
  CHECK(identity.system_roles == std::vector<std::string>{"Node", "Kube"});
  const auto ssh = ParseSshCertificate(joined->ssh_certificate).value();
  CHECK(ssh.type == SshCertificateType::kHost);
  CHECK(ssh.HasPrincipal("web"));
  CHECK(ssh.HasPrincipal(joined->host_id));
  CHECK_FALSE(ssh.HasPrincipal(std::string(kHostId)));
  CHECK_FALSE(joined->tls_authorities.empty());
  const auto life = certificate.not_after() - Now();
  CHECK(life > std::chrono::hours(24 * 6));
  CHECK(life <= std::chrono::hours(24 * 7));
  CHECK(ssh.ExpiresAt() <= certificate.not_after() + std::chrono::seconds(1));
  CHECK(HostGroup(fixture.auth().backend(), joined->host_id).value() == HostGroupOfToken("secret"));
}

TEST_CASE("a host does not get the names of others") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node", "Kube"});
  JoinRequest request = RequestFor("secret", "Instance");
  request.additional_principals = {
      "teleport.cluster.local", "A.Teleport.Cluster.Local",        "px.ex.com", "kube-teleport-proxy-alpn.px.ex.com",
      std::string(kHostId),     fmt::format("{}.ex.com", kHostId), "web.ex.com"};
  request.dns_names = {"*.teleport.cluster.local", "dns.ex.com"};
  const auto joined = JoinCluster(fixture.auth(), request).value();
  const auto ssh = ParseSshCertificate(joined.ssh_certificate).value();
  for (const auto& name : request.additional_principals) CHECK(ssh.HasPrincipal(name) == (name == "web.ex.com"));
  CHECK(Certificate::FromPem(joined.tls_certificate)->dns_names() ==
        std::vector<std::string>{"web.ex.com", "dns.ex.com"});
  request.node_name = kHostId;
  CHECK(JoinCluster(fixture.auth(), request).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("a role needs a token with the role") {
  AuthFixture fixture;
  StoreToken(fixture, "kube-only", {"Kube"});
  StoreToken(fixture, "0f5ec2", {"Bot"});
  StoreToken(fixture, "proxy", {"Node", "Proxy"});
  StoreToken(fixture, "admin", {"Admin"});  // from an older version
  const std::pair<JoinRequest, ErrorKind> wrong[] = {
      {RequestFor("guess", "Node"), ErrorKind::kAccessDenied},
      {RequestFor("", "Node"), ErrorKind::kAccessDenied},
      {RequestFor("kube-only", "Node"), ErrorKind::kAccessDenied},
      {RequestFor("kube-only", "Admin"), ErrorKind::kAccessDenied},
      {RequestFor("0f5ec2", "Bot"), ErrorKind::kAccessDenied},
      {RequestFor("0f5ec2", "Instance"), ErrorKind::kAccessDenied},
      {RequestFor("proxy", "Instance"), ErrorKind::kNotImplemented},
      {RequestFor("admin", "Instance"), ErrorKind::kAccessDenied},
      {RequestFor("admin", "Admin"), ErrorKind::kAccessDenied},
  };
  for (const auto& [request, kind] : wrong) {
    CAPTURE(request.token, request.role);
    const auto joined = JoinCluster(fixture.auth(), request);
    REQUIRE_FALSE(joined);
    CHECK(joined.error().kind == kind);
    if (!request.token.empty()) CHECK_FALSE(joined.error().message.contains(request.token));
  }
}

TEST_CASE("too long names are refused, and are cut in the audit log") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node"});
  const std::string big(1 << 20, 'x');
  const auto refused = [&](auto change) {
    JoinRequest request = RequestFor("secret", "Node");
    change(request);
    CHECK_FALSE(JoinCluster(fixture.auth(), request));
  };
  refused([&](JoinRequest& request) { request.host_id = big; });
  refused([&](JoinRequest& request) { request.node_name = big; });
  refused([&](JoinRequest& request) { request.node_name = "a\x1b[2J"; });
  refused([&](JoinRequest& request) { request.role = big; });
  refused([&](JoinRequest& request) { request.token = big; });
  refused([&](JoinRequest& request) { request.public_tls_key = big; });
  refused([&](JoinRequest& request) { request.dns_names = {big}; });
  refused([&](JoinRequest& request) { request.additional_principals = std::vector<std::string>(33, "n"); });

  const auto events = fixture.auth().backend().Events({Time::min(), Time::max(), {"instance.join"}}).value();
  CHECK_FALSE(events.empty());
  for (const auto& [number, record] : events) CHECK(record.json.size() < 2000);
}

TEST_CASE("an expired certificate and its key keep the id") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node"});
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  HostCertificateRequest host;
  host.role = "Instance";
  host.system_roles = {"Node"};
  host.host_id = kHostId;
  host.tls_key = host.ssh_key = key.public_key();
  host.ttl = std::chrono::hours(1);
  const auto expired = IssueHostCertificates(fixture.auth().authorities(), host).value();
  TestClock clock;
  clock.Advance(std::chrono::hours(2));
  const JoinRequest request = RequestFor("secret", "Instance");
  const auto signed_by = [&](const PrivateKey& signer, std::string_view host_id, const std::string& tls_key) {
    return signer.Sign(HostProofText("ex.com", host_id, tls_key, request.public_ssh_key)).value();
  };
  const std::string good = signed_by(key, kHostId, request.public_tls_key);
  const auto rejoined = RejoinCluster(fixture.auth(), request, {expired.tls, good});
  INFO((rejoined ? std::string() : rejoined.error().message));
  REQUIRE(rejoined);
  CHECK(rejoined->host_id == kHostId);

  const PrivateKey other = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  JoinRequest no_token = request;
  no_token.token = "guess";
  JoinRequest other_keys = request;
  other_keys.public_tls_key = other.public_key().ToPem();
  AuthFixture foreign;
  const auto of_another = IssueHostCertificates(foreign.auth().authorities(), host).value();
  const auto admin = IssueSystemIdentity(fixture.auth().authorities(), "Admin", "own", {}).value();
  const std::pair<JoinRequest, HostProof> wrong[] = {
      {request, {expired.tls, signed_by(other, kHostId, request.public_tls_key)}},
      {request, {expired.tls, signed_by(key, "another", request.public_tls_key)}},
      {request, {expired.tls, ""}},
      {request, {"", good}},
      {request, {of_another.tls, good}},
      {request, {admin.certificate_pem, good}},
      {other_keys, {expired.tls, good}},
      {no_token, {expired.tls, good}},
  };
  for (const auto& [asked, proof] : wrong) CHECK_FALSE(RejoinCluster(fixture.auth(), asked, proof));

  REQUIRE(RemoveHost(fixture.auth(), fixture.admin(), std::string(kHostId)));
  CHECK(RejoinCluster(fixture.auth(), request, {expired.tls, good}).error().kind == ErrorKind::kAccessDenied);
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

// Returns the next request of a host that has joined.
JoinRequest RequestOf(const JoinResult& joined, std::string_view role) {
  JoinRequest request = RequestFor("", role);
  request.host_id = joined.host_id;
  return request;
}

// Returns the caller that the auth service sees for the host.
Caller HostCaller(const JoinResult& joined) {
  Caller caller;
  caller.kind = Caller::Kind::kSystem;
  caller.identity = Certificate::FromPem(joined.tls_certificate).value().ToIdentity().value();
  return caller;
}

TEST_CASE("a host that has joined gets new certificates for other keys and names") {
  AuthFixture fixture;
  StoreToken(fixture, "secret", {"Node", "Kube"});
  const JoinResult joined = JoinCluster(fixture.auth(), RequestFor("secret", "Instance")).value();
  const Caller host = HostCaller(joined);
  JoinRequest request = RequestOf(joined, "Instance");
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
  const JoinResult joined = JoinCluster(fixture.auth(), RequestFor("secret", "Instance")).value();
  const Caller host = HostCaller(joined);
  const JoinRequest own = RequestOf(joined, "Instance");
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
      {host, RequestOf(joined, "Node"), {"Node"}, ErrorKind::kAccessDenied},
      {host, RequestOf(joined, "Admin"), {}, ErrorKind::kAccessDenied},
      {host, RequestOf(joined, "Auth"), {}, ErrorKind::kAccessDenied},
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
  CHECK(RenewHost(fixture.auth(), host, RequestOf(joined, "Node"), {}));
}

}  // namespace
}  // namespace sallyport
