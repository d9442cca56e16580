#include "libidentity/ssh_identity.h"

#include <catch2/catch.hpp>

#include "sample.h"
#include "tool.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;
using namespace test;

// Returns an identity with every field that an SSH certificate carries.
Identity FullSshIdentity() {
  Identity identity;
  identity.username = "alice";
  identity.groups = {"member", "access"};
  identity.principals = {"root", "-teleport-internal-join"};
  identity.route_to_cluster = "leaf.example.com";
  identity.traits.Set("logins", {{"root", "<&>"}});
  identity.traits.Set("none", std::nullopt);
  identity.mfa_verified = "device-uuid";
  identity.previous_identity_expires = kNow + 5s;
  identity.login_ip = "127.0.0.1";
  identity.pinned_ip = "fe80::1";
  identity.impersonator = "bob";
  identity.active_requests = {"r2", "r1"};
  identity.disallow_reissue = true;
  identity.allowed_resources = {"/cluster/node/a,b"};
  identity.private_key_policy = "none";
  identity.device = {"dev", "tag", "cred"};
  identity.connection_diagnostic_id = "diag";
  identity.renewable = true;
  identity.generation = 7;
  identity.bot_name = "bot";
  identity.bot_instance_id = "bot-instance";
  identity.join_token = "token-name";
  return identity;
}

SshPermissions AllPermissions() {
  return {.permit_x11_forwarding = true,
          .permit_agent_forwarding = true,
          .permit_port_forwarding = true,
          .github_user_id = "1234",
          .github_username = "octo",
          .custom_extensions = {{"login@github.com", "alice"}, {"flag@example.com", ""}}};
}

UserSshRequest Request() {
  return {.identity = FullSshIdentity(),
          .permissions = AllPermissions(),
          .public_key = Ed25519Key().public_key(),
          .now = kNow,
          .ttl = 1h};
}

TEST_CASE("the extensions are those of Teleport, flags empty", "[ssh-identity]") {
  CHECK(UserSshExtensions(FullSshIdentity(), AllPermissions(), SshCertificateFormat::kStandard) ==
        SshOptions{
            {"bot-instance-id@goteleport.com", "bot-instance"},
            {"bot-name@goteleport.com", "bot"},
            {"disallow-reissue", ""},
            {"flag@example.com", ""},
            {"generation", "7"},
            {"github-id@goteleport.com", "1234"},
            {"github-login@goteleport.com", "octo"},
            {"impersonator", "bob"},
            {"join-token@goteleport.com", "token-name"},
            {"login-ip", "127.0.0.1"},
            {"login@github.com", "alice"},
            {"mfa-verified", "device-uuid"},
            {"permit-X11-forwarding", ""},
            {"permit-agent-forwarding", ""},
            {"permit-port-forwarding", ""},
            {"permit-pty", ""},
            {"prev-identity-expires", "2026-11-22T01:00:05Z"},
            {"private-key-policy", "none"},
            {"renewable", ""},
            {"teleport-active-requests", R"({"access_requests":["r2","r1"]})"},
            {"teleport-allowed-resources", R"(["/cluster/node/a,b"])"},
            {"teleport-connection-diagnostic-id", "diag"},
            {"teleport-device-asset-tag", "tag"},
            {"teleport-device-credential-id", "cred"},
            {"teleport-device-id", "dev"},
            {"teleport-roles", R"({"roles":["member","access"]})"},
            {"teleport-route-to-cluster", "leaf.example.com"},
            {"teleport-traits", R"({"logins":["root","\u003c\u0026\u003e"],"none":null})"},
        });
}

TEST_CASE("a plain user has few extensions, traits among them", "[ssh-identity]") {
  Identity identity;
  identity.username = "alice";
  CHECK(UserSshExtensions(identity, {}, SshCertificateFormat::kStandard) ==
        SshOptions{{"permit-pty", ""}, {"teleport-traits", "null"}});
  identity.groups = {"access"};
  identity.route_to_cluster = "c";
  identity.active_requests = {"r"};
  CHECK(UserSshExtensions(identity, {}, SshCertificateFormat::kOldSsh) == SshOptions{{"permit-pty", ""}});
}

TEST_CASE("extensions of roles cannot stand for an identity", "[ssh-identity]") {
  SshPermissions permissions;
  permissions.custom_extensions = {{"mfa-verified", "x"},
                                   {"teleport-roles", "{}"},
                                   {"github-id@goteleport.com", "1"},
                                   {"x-teleport-role", "Auth"},
                                   {"permit-user-rc", ""}};
  CHECK(UserSshExtensions({}, permissions, SshCertificateFormat::kOldSsh) ==
        SshOptions{{"permit-pty", ""}, {"permit-user-rc", ""}});
}

TEST_CASE("a pinned address becomes a critical option", "[ssh-identity]") {
  Identity identity;
  CHECK(UserSshCriticalOptions(identity).empty());
  identity.pinned_ip = "10.0.0.1";
  CHECK(UserSshCriticalOptions(identity) == SshOptions{{"source-address", "10.0.0.1/32"}});
  identity.pinned_ip = "::1";
  CHECK(UserSshCriticalOptions(identity) == SshOptions{{"source-address", "::1/128"}});
}

TEST_CASE("a user certificate reads back as its identity", "[ssh-identity]") {
  const SshCertificate certificate = IssueUserSshCertificate(Request(), EcdsaKey()).value();
  CHECK(certificate.type == SshCertificateType::kUser);
  CHECK(certificate.serial == 0);
  CHECK(certificate.key_id == "alice");
  const SshUser user = UserOfSshCertificate(ParseSshCertificate(certificate.ToAuthorizedKey()).value()).value();
  Identity expected = FullSshIdentity();
  expected.expires = kNow + 1h;
  CHECK(user.identity == expected);
  CHECK(user.permissions == AllPermissions());
}

TEST_CASE("a scope pin takes the place of roles in SSH too", "[ssh-identity]") {
  UserSshRequest request = Request();
  request.identity.scope_pin = R"({"scope":"/a"})";
  CHECK(IssueUserSshCertificate(request, EcdsaKey()).error().kind == ErrorKind::kBadParameter);
  request.identity.groups.clear();
  const SshCertificate certificate = IssueUserSshCertificate(request, EcdsaKey()).value();
  CHECK(UserOfSshCertificate(certificate).value().identity.scope_pin == request.identity.scope_pin);
}

// The text of the recorded certificate, from the type of its options to the end.
TEST_CASE("a user certificate shows as the recorded one", "[ssh-identity][tools]") {
  UserSshRequest request = Request();
  request.identity = RecordedUser();
  request.identity.kubernetes_groups.clear();  // SSH certificates do not carry them
  request.permissions = {.permit_agent_forwarding = true, .permit_port_forwarding = true};
  request.now = kNow - 1h + 47min + 51s;
  const SshCertificate certificate = IssueUserSshCertificate(request, Ed25519Key()).value();
  const TemporaryDirectory directory;
  const auto shown = RunTool("ssh-keygen -L -f " + directory.Write("k-cert.pub", certificate.ToAuthorizedKey() + "\n"));
  CAPTURE(shown.output);
  const std::size_t start = shown.output.find("        Key ID");
  REQUIRE(start != std::string::npos);
  CHECK(
      shown.output.substr(start) ==
      "        Key ID: \"seokbin2\"\n"
      "        Serial: 0\n"
      "        Valid: from 2026-11-22T00:46:51 to 2026-11-22T01:47:51\n"
      "        Principals: \n"
      "                root\n"
      "                -teleport-internal-join\n"
      "        Critical Options: (none)\n"
      "        Extensions: \n"
      "                login-ip UNKNOWN OPTION: 000000093132372e302e302e31 (len 13)\n"
      "                permit-agent-forwarding\n"
      "                permit-port-forwarding\n"
      "                permit-pty\n"
      "                private-key-policy UNKNOWN OPTION: 000000046e6f6e65 (len 8)\n"
      "                teleport-roles UNKNOWN OPTION: 000000267b22726f6c6573223a5b226d656d626572222c22656469746f72222c"
      "22616363657373225d7d (len 42)\n"
      "                teleport-route-to-cluster UNKNOWN OPTION: 000000087265662e74657374 (len 12)\n"
      "                teleport-traits UNKNOWN OPTION: 0000010e7b226177735f726f6c655f61726e73223a6e756c6c2c22617a7572"
      "655f6964656e746974696573223a6e756c6c2c2264625f6e616d6573223a6e756c6c2c2264625f726f6c6573223a6e756c6c2c2264625f"
      "7573657273223a6e756c6c2c226763705f736572766963655f6163636f756e7473223a6e756c6c2c22686f73745f757365725f67696422"
      "3a5b22225d2c22686f73745f757365725f756964223a5b22225d2c226b756265726e657465735f67726f757073223a6e756c6c2c226b75"
      "6265726e657465735f7573657273223a6e756c6c2c226c6f67696e73223a5b22726f6f74225d2c226d63705f746f6f6c73223a6e756c6c"
      "2c2277696e646f77735f6c6f67696e73223a6e756c6c7d (len 274)\n");
}

TEST_CASE("a user certificate lasts a minute at least", "[ssh-identity]") {
  UserSshRequest request = Request();
  request.ttl = 1s;
  const SshCertificate certificate = IssueUserSshCertificate(request, EcdsaKey()).value();
  CHECK(certificate.ExpiresAt() == kNow + 1min);
  CHECK(certificate.CheckValidity(kNow - 60s).has_value());
  CHECK_FALSE(certificate.CheckValidity(kNow - 61s).has_value());
}

TEST_CASE("user certificates without a user, logins or key are not issued", "[ssh-identity]") {
  UserSshRequest request = Request();
  request.identity.username.clear();
  CHECK(IssueUserSshCertificate(request, EcdsaKey()).error().kind == ErrorKind::kBadParameter);
  request = Request();
  request.identity.principals.clear();
  CHECK(IssueUserSshCertificate(request, EcdsaKey()).error().kind == ErrorKind::kBadParameter);
  request = Request();
  request.public_key = {};
  CHECK(IssueUserSshCertificate(request, EcdsaKey()).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("extensions that do not parse are refused, with their name", "[ssh-identity]") {
  const SshCertificate good = IssueUserSshCertificate(Request(), EcdsaKey()).value();
  for (const auto& [name, value] : {std::pair{"generation", "x"},
                                    {"prev-identity-expires", "now"},
                                    {"teleport-roles", "[]"},
                                    {"teleport-traits", "{"},
                                    {"teleport-active-requests", R"({"access_requests":1})"},
                                    {"teleport-allowed-resources", R"(["x"])"},
                                    {"scope-pin@goteleport.com", "1"}}) {
    CAPTURE(name);
    SshCertificate bad = good;
    bad.extensions[name] = value;
    const auto result = UserOfSshCertificate(bad);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::kBadParameter);
    CHECK(result.error().message.starts_with(fmt::format("SSH extension {}: ", name)));
  }
  for (const char* address : {"10.0.0.1", "10.0.0.0/8/8"}) {
    SshCertificate bad = good;
    bad.critical_options["source-address"] = address;
    CHECK_FALSE(UserOfSshCertificate(bad).has_value());
  }
}

HostSshRequest HostRequest() {
  return {.host_id = "uuid",
          .node_name = "node",
          .cluster = "ref.test",
          .system_role = "Node",
          .extra_principals = {"10.0.0.7", "node"},
          .public_key = EcdsaKey().public_key(),
          .now = kNow};
}

TEST_CASE("a host has the principals of Teleport, each once", "[ssh-identity]") {
  HostSshRequest request = HostRequest();
  CHECK(HostSshPrincipals(request) == std::vector<std::string>{"uuid.ref.test", "uuid", "node.ref.test", "node",
                                                               "localhost", "127.0.0.1", "::1", "10.0.0.7"});
  request.node_name.clear();
  CHECK(HostSshPrincipals(request) ==
        std::vector<std::string>{"uuid.ref.test", "uuid", "localhost", "127.0.0.1", "::1", "10.0.0.7", "node"});
  request.system_role = "Admin";
  CHECK(HostSshPrincipals(request) == std::vector<std::string>{"uuid", "10.0.0.7", "node"});
  request.system_role = "Node";
  request.host_id.clear();
  CHECK(HostSshPrincipals(request) == std::vector<std::string>{"10.0.0.7", "node"});
}

TEST_CASE("a host certificate names role and cluster and may last for ever", "[ssh-identity][tools]") {
  const SshCertificate certificate = IssueHostSshCertificate(HostRequest(), Ed25519Key()).value();
  CHECK(SystemRoleOf(certificate) == "Node");
  CHECK(ClusterOf(certificate) == "ref.test");
  CHECK(certificate.valid_before == kSshForever);
  CHECK(certificate.CheckSignature().has_value());
  CHECK(UserOfSshCertificate(certificate).error().kind == ErrorKind::kBadParameter);
  const TemporaryDirectory directory;
  const auto shown = RunTool("ssh-keygen -L -f " + directory.Write("k-cert.pub", certificate.ToAuthorizedKey() + "\n"));
  CAPTURE(shown.output);
  CHECK(shown.output.find("ecdsa-sha2-nistp256-cert-v01@openssh.com host certificate") != std::string::npos);
  CHECK(shown.output.find("Key ID: \"\"") != std::string::npos);
  CHECK(shown.output.find("Valid: after 2026-11-22T00:59:00") != std::string::npos);
  HostSshRequest request = HostRequest();
  request.ttl = 24h;
  CHECK(IssueHostSshCertificate(request, Ed25519Key()).value().ExpiresAt() == kNow + 24h);
}

TEST_CASE("host certificates without a cluster, role, principal or key are not issued", "[ssh-identity]") {
  const auto refused = [](auto change) {
    HostSshRequest request = HostRequest();
    change(request);
    const auto result = IssueHostSshCertificate(request, Ed25519Key());
    return !result.has_value() && result.error().kind == ErrorKind::kBadParameter;
  };
  CHECK(refused([](HostSshRequest& request) { request.cluster.clear(); }));
  CHECK(refused([](HostSshRequest& request) { request.system_role.clear(); }));
  CHECK(refused([](HostSshRequest& request) { request.public_key = {}; }));
  CHECK(refused([](HostSshRequest& request) {
    request.host_id.clear();
    request.extra_principals.clear();
  }));
}

}  // namespace
}  // namespace sallyport
