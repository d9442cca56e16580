#include "libresources/access/access.h"
#include "libresources/kinds.h"

#include "libresources/access/role.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using List = std::vector<std::string>;
using RolePtr = std::shared_ptr<const types::RoleV6>;

RolePtr Role(std::string_view name, std::string_view spec, std::string_view version = "v7") {
  const Resource resource =
      Decoded(fmt::format("kind: role\nversion: {}\nmetadata: {{name: {}}}\nspec: {}\n", version, name, spec));
  return std::make_shared<types::RoleV6>(resource.as<types::RoleV6>());
}

AccessChecker Checker(std::initializer_list<std::string_view> specs, TraitMap traits = {}) {
  std::vector<RolePtr> roles;
  for (const std::string_view spec : specs) roles.push_back(Role(fmt::format("r{}", roles.size()), spec));
  return AccessChecker("alice", std::move(traits), std::move(roles));
}

types::UserV2 User(std::string_view name) {
  return Decoded(fmt::format("kind: user\nversion: v2\nmetadata: {{name: {}}}\nspec: {{}}\n", name))
      .as<types::UserV2>();
}

bool Reaches(const AccessChecker& checker, std::string_view kind, const Labels& labels, std::string login = "") {
  const RoleMatcher matcher = LoginMatcher(std::move(login));
  const std::span<const RoleMatcher> matchers{&matcher, 1};
  return checker.CheckResourceAccess(kind, labels, {}, kind == "node" ? matchers : std::span<const RoleMatcher>())
      .has_value();
}

// Walk 1: alice reaches dev nodes as admin or ec2-user, never as guest, and every cluster but one.
TEST_CASE("the developer of the guide") {
  const auto resources = DecodeResources(ReadFixture("walks.yaml"), {.source = "walks.yaml"});
  REQUIRE(resources);
  std::vector<RolePtr> roles{std::make_shared<types::RoleV6>((*resources)[1].as<types::RoleV6>())};
  const AccessChecker alice("alice", {{"logins", {"admin"}}, {"kubernetes_groups", {"edit"}}}, roles);
  const Labels dev{{"environment", "dev"}};
  CHECK(Reaches(alice, "node", dev, "admin"));
  CHECK(Reaches(alice, "node", dev, "ec2-user"));
  CHECK_FALSE(Reaches(alice, "node", dev, "guest"));
  CHECK_FALSE(Reaches(alice, "node", dev, "root"));
  CHECK_FALSE(Reaches(alice, "node", {{"environment", "prod"}}, "admin"));
  CHECK(alice.AccessTo("node").LoginsFor(dev) == List{"admin", "ec2-user"});
  CHECK(alice.CheckLogins(1h).value() == List{"admin", "ec2-user"});
  CHECK(Reaches(alice, "kube_cluster", {{"env", "dev"}}));
  CHECK_FALSE(Reaches(alice, "kube_cluster", {{"app", "teleport-cluster"}}));
  const auto principals = alice.CheckKubeGroupsAndUsers(1h, {{"env", "dev"}});
  REQUIRE(principals);
  CHECK(principals->groups == List{"developer", "edit"});
  CHECK(principals->users == List{"dev"});
  CHECK(alice.AdjustSessionTtl(12h) == 8h);
  CHECK_FALSE(alice.CanForwardAgent("admin"));
  RuleContext context;
  context.session = Yaml("participants: [alice]");
  CHECK(alice.CheckRule("session", "read", context));
  context.session = Yaml("participants: [bob]");
  CHECK_FALSE(alice.CheckRule("session", "read", context));
  CHECK(alice.GuessRule("session", "list"));
}

TEST_CASE("rules: deny first, the text of the reference, the implicit role") {
  const AccessChecker checker = Checker({"{allow: {rules: [{resources: [role, user], verbs: [read, list]}]}}",
                                         "{deny: {rules: [{resources: [user], verbs: ['*']}]}}",
                                         "{allow: {rules: [{resources: ['*'], verbs: [create]}]}}"});
  CHECK(checker.CheckRule("role", "read"));
  CHECK(checker.CheckRule("role", "readnosecrets"));
  CHECK(checker.CheckRule("token", "create"));
  CHECK(checker.CheckRule("node", "list"));
  CHECK_FALSE(checker.CheckRule("cert_authority", "read"));
  CHECK(checker.CheckRule("cert_authority", "readnosecrets"));
  const auto denied = checker.CheckRule("role", "update");
  REQUIRE_FALSE(denied);
  CHECK(denied.error().kind == ErrorKind::kAccessDenied);
  CHECK(denied.error().message == "access denied to perform action \"update\" on \"role\"");
  CHECK_FALSE(checker.RuleDenies("role", "update"));
  CHECK_FALSE(checker.CheckRule("user", "create"));
  CHECK(checker.RuleDenies("user", "create"));
  CHECK(checker.RoleNames() == List{"r0", "r1", "r2"});
  CHECK(checker.HasRole("default-implicit-role"));
}

TEST_CASE("conditions of rules see the user and the resource") {
  const AccessChecker checker =
      Checker({"{allow: {rules: [{resources: [node], verbs: [update], "
               "where: 'contains(user.spec.traits[\"team\"], resource.metadata.labels[\"team\"])'}]}}",
               "{deny: {rules: [{resources: [node], verbs: [update], where: 'equals(name, \"locked\")'}]}}"},
              {{"team", {"blue"}}});
  RuleContext context;
  CHECK_FALSE(checker.CheckRule("node", "update", context));
  context.resource = Yaml("metadata: {name: a, labels: {team: blue}}");
  CHECK(checker.CheckRule("node", "update", context));
  context.resource = Yaml("metadata: {name: locked, labels: {team: blue}}");
  CHECK_FALSE(checker.CheckRule("node", "update", context));
  CHECK(checker.RuleDenies("node", "update", context));
  CHECK(checker.GuessRule("node", "update"));
  const AccessChecker broken = Checker({"{deny: {rules: [{resources: [node], verbs: [update], where: 'nonsense('}]}}"});
  CHECK_FALSE(broken.CheckRule("node", "update"));
  CHECK(broken.RuleDenies("node", "update"));
}

TEST_CASE("one role must allow labels and matchers together, any deny wins") {
  const AccessChecker split =
      Checker({"{allow: {node_labels: {env: dev}, logins: [a]}}", "{allow: {node_labels: {env: prod}, logins: [b]}}"});
  CHECK(Reaches(split, "node", {{"env", "dev"}}, "a"));
  CHECK_FALSE(Reaches(split, "node", {{"env", "dev"}}, "b"));
  const AccessChecker denied = Checker({"{allow: {node_labels: {'*': '*'}, logins: [a, b]}}",
                                        "{deny: {node_labels: {env: prod}}}", "{deny: {logins: [b]}}"});
  CHECK(Reaches(denied, "node", {}, "a"));
  CHECK_FALSE(Reaches(denied, "node", {{"env", "prod"}}, "a"));
  CHECK_FALSE(Reaches(denied, "node", {}, "b"));
  const auto status = denied.CheckResourceAccess("node", {{"env", "prod"}}, {});
  CHECK(status.error().message == "access to node denied. User does not have permissions. Confirm SSH login.");
}

TEST_CASE("a missing trait in a label matches nothing") {
  const AccessChecker checker =
      Checker({"{allow: {app_labels: {team: '{{external.team}}', env: '{{external.env}}'}}}"}, {{"team", {"a", "b"}}});
  CHECK_FALSE(Reaches(checker, "app", {{"team", "a"}, {"env", "dev"}}));
  CHECK_FALSE(Reaches(checker, "app", {{"team", "a"}}));
  const AccessChecker whole = Checker({"{allow: {app_labels: {team: '{{external.team}}'}}}"}, {{"team", {"a", "b"}}});
  CHECK(Reaches(whole, "app", {{"team", "b"}}));
}

TEST_CASE("roles may demand a second factor or a trusted device") {
  const AccessChecker checker = Checker(
      {"{allow: {app_labels: {'*': '*'}}}", "{allow: {app_labels: {env: prod}}, options: {require_session_mfa: true}}",
       "{allow: {app_labels: {env: dev}}, options: {device_trust_mode: required-for-humans}}"});
  CHECK(checker.RequiredMfa(false) == AccessState::Mfa::kPerRole);
  CHECK(checker.RequiredMfa(true) == AccessState::Mfa::kAlways);
  CHECK(Checker({"{}"}).RequiredMfa(false) == AccessState::Mfa::kNever);
  AccessState state{.mfa_required = AccessState::Mfa::kPerRole, .check_device = true};
  CHECK(checker.CheckResourceAccess("app", {}, state));
  const Labels prod{{"env", "prod"}};
  const Labels dev{{"env", "dev"}};
  CHECK(checker.CheckResourceAccess("app", prod, state).error().message == AccessChecker::kSessionMfaRequired);
  CHECK(checker.CheckResourceAccess("app", dev, state).error().message == AccessChecker::kTrustedDeviceRequired);
  state.is_bot = true;
  CHECK(checker.CheckResourceAccess("app", dev, state));
  state.mfa_verified = true;
  CHECK(checker.CheckResourceAccess("app", prod, state));
  CHECK(checker.CheckResourceAccess("app", prod, {.mfa_required = AccessState::Mfa::kAlways}).error().message ==
        AccessChecker::kSessionMfaRequired);
}

TEST_CASE("logins of a certificate") {
  const AccessChecker checker =
      Checker({"{allow: {logins: [a, '{{internal.logins}}', 'bad:login']}, options: {max_session_ttl: 1h}}",
               "{allow: {logins: [b, a]}, options: {max_session_ttl: 8h}}"});
  CHECK(checker.CheckLogins(30min).value() == List{"a", "b"});
  CHECK(checker.CheckLogins(2h).value() == List{"b", "a"});
  CHECK(checker.CheckLogins(9h).error().kind == ErrorKind::kAccessDenied);
  const auto none = Checker({"{allow: {logins: ['{{internal.logins}}']}}"}).CheckLogins(1h);
  REQUIRE(none);
  CHECK(none->size() == 1);
  CHECK(none->front().starts_with("-teleport-nologin-"));
}

TEST_CASE("groups and users for Kubernetes") {
  const AccessChecker checker =
      Checker({"{allow: {kubernetes_labels: {env: dev}, kubernetes_groups: [a, b], kubernetes_users: [u]}}",
               "{allow: {kubernetes_labels: {env: prod}, kubernetes_groups: [c]}, options: {max_session_ttl: 1h}}",
               "{deny: {kubernetes_groups: [b]}}"});
  CHECK(checker.CheckKubeGroupsAndUsers(1h, {{"env", "dev"}})->groups == List{"a"});
  CHECK(checker.CheckKubeGroupsAndUsers(1h, {{"env", "prod"}})->groups == List{"c"});
  CHECK(checker.CheckKubeGroupsAndUsers(2h, {{"env", "prod"}}).error().kind == ErrorKind::kAccessDenied);
  CHECK(checker.CheckKubeGroupsAndUsers(1h, {{"env", "x"}}).error().kind == ErrorKind::kAccessDenied);
  CHECK(checker.AllKubeGroupsAndUsers(1h)->groups == List{"a", "c"});
  CHECK(checker.AllKubeGroupsAndUsers(1h)->users == List{"u"});
  CHECK(Checker({"{allow: {kubernetes_labels: {'*': '*'}}}"}).CheckKubeGroupsAndUsers(1h, {}).error().kind ==
        ErrorKind::kNotFound);
}

TEST_CASE("options of several roles become one") {
  const AccessChecker checker = Checker(
      {"{allow: {logins: [a]}, options: {forward_agent: true, max_sessions: 5, client_idle_timeout: 10m, "
       "max_session_ttl: 2h, cert_extensions: [{type: ssh, mode: extension, name: n, value: '{{external.v}}'}]}}",
       "{options: {max_sessions: 3, client_idle_timeout: 1h, permit_x11_forwarding: true, pin_source_ip: true, "
       "enhanced_recording: [disk], lock: strict, disconnect_expired_cert: true, ssh_file_copy: false, "
       "cert_format: oldssh, record_session: {default: strict}, require_session_mfa: hardware_key_touch}}",
       "{options: {require_session_mfa: hardware_key_pin, max_kubernetes_connections: 7}}"},
      {{"v", {"x"}}});
  CHECK(checker.AdjustSessionTtl(10h) == 2h);
  CHECK(checker.AdjustSessionTtl(1h) == 1h);
  CHECK(checker.AdjustClientIdleTimeout(0h) == 10min);
  CHECK(checker.AdjustClientIdleTimeout(5min) == 5min);
  CHECK(checker.MaxSessions() == 3);
  CHECK(checker.MaxConnections() == 0);
  CHECK(checker.MaxKubernetesConnections() == 7);
  CHECK(checker.CanForwardAgent("a"));
  CHECK_FALSE(checker.CanForwardAgent("b"));
  CHECK(checker.PermitX11Forwarding());
  CHECK(checker.PinSourceIp());
  CHECK_FALSE(checker.CanCopyFiles());
  CHECK(checker.AdjustDisconnectExpiredCert(false));
  CHECK(checker.LockingMode("best_effort") == "strict");
  CHECK(checker.CertificateFormat() == "oldssh");
  CHECK(checker.SessionRecordingMode() == "strict");
  CHECK(checker.EnhancedRecording() == std::set<std::string>{"command", "disk", "network"});
  REQUIRE(checker.CertExtensions().size() == 1);
  CHECK(checker.CertExtensions()[0].value == "x");
  CHECK(checker.PrivateKeyPolicy("none") == "hardware_key_touch_and_pin");
  const AccessChecker plain = Checker({"{}"});
  CHECK(plain.AdjustClientIdleTimeout(0h) == 0h);
  CHECK(plain.LockingMode("best_effort") == "best_effort");
  CHECK(plain.CertificateFormat() == "standard");
  CHECK(plain.SessionRecordingMode() == "best_effort");
  CHECK(plain.CanCopyFiles());
  CHECK(plain.PrivateKeyPolicy("hardware_key") == "hardware_key");
}

struct ForwardingCase {
  std::vector<const char*> options;
  PortForwarding mode;
};

TEST_CASE("port forwarding, old and new") {
  const ForwardingCase cases[] = {
      {{"{}"}, PortForwarding::kOn},
      {{"{port_forwarding: false}"}, PortForwarding::kOff},
      {{"{port_forwarding: false}", "{port_forwarding: true}"}, PortForwarding::kOn},
      {{"{ssh_port_forwarding: {local: {enabled: false}}}"}, PortForwarding::kRemote},
      {{"{ssh_port_forwarding: {remote: {enabled: false}}}"}, PortForwarding::kLocal},
      {{"{ssh_port_forwarding: {local: {enabled: false}}}", "{ssh_port_forwarding: {remote: {enabled: false}}}"},
       PortForwarding::kOff},
      {{"{ssh_port_forwarding: {local: {enabled: true}}}", "{port_forwarding: false}"}, PortForwarding::kOn},
      {{"{ssh_port_forwarding: {local: {enabled: false}}}", "{port_forwarding: true}"}, PortForwarding::kOn},
  };
  for (const ForwardingCase& row : cases) {
    std::vector<RolePtr> roles;
    for (const char* const options : row.options) roles.push_back(Role("r", fmt::format("{{options: {}}}", options)));
    INFO(row.options.front());
    CHECK(AccessChecker("a", {}, roles).PortForwardingMode() == row.mode);
  }
}

TEST_CASE("impersonation") {
  const AccessChecker handler = Checker({"{allow: {impersonate: {users: [handler, 'bot-*'], roles: [events]}}}"});
  const std::vector<RolePtr> events{Role("events", "{}")};
  const std::vector<RolePtr> more{Role("events", "{}"), Role("editor", "{}")};
  CHECK(handler.CanImpersonateSomeone());
  CHECK_FALSE(Checker({"{}"}).CanImpersonateSomeone());
  CHECK(handler.CheckImpersonate(User("alice"), User("handler"), events));
  CHECK(handler.CheckImpersonate(User("alice"), User("bot-x"), events));
  CHECK_FALSE(handler.CheckImpersonate(User("alice"), User("bob"), events));
  const auto denied = handler.CheckImpersonate(User("alice"), User("handler"), more);
  REQUIRE_FALSE(denied);
  CHECK(denied.error().message == "access denied to 'alice' to impersonate user 'handler' and roles 'events, editor'");
  CHECK_FALSE(handler.CheckImpersonateRoles(User("alice"), events));
  const AccessChecker bot =
      Checker({"{allow: {impersonate: {roles: [events, editor]}}}", "{deny: {impersonate: {roles: [editor]}}}"});
  CHECK(bot.CheckImpersonateRoles(User("bot"), events));
  CHECK_FALSE(bot.CheckImpersonateRoles(User("bot"), more));
  CHECK_FALSE(bot.CheckImpersonate(User("bot"), User("handler"), events));
  const AccessChecker conditional =
      Checker({"{allow: {impersonate: {users: ['*'], roles: ['*'], where: 'equals(impersonate_role.metadata.name, "
               "\"events\")'}}}"});
  CHECK(conditional.CheckImpersonate(User("alice"), User("x"), events));
  CHECK_FALSE(conditional.CheckImpersonate(User("alice"), User("x"), more));
}

TEST_CASE("expressions of a new role must parse") {
  const auto check = [](std::string_view spec) {
    const auto role = Role("r", spec);
    for (const Status& status : {CheckNewRole(*role), CheckAllowances(*role)}) {
      if (!status) return status.error().message;
    }
    return std::string();
  };
  CHECK(
      check("{allow: {logins: ['{{internal.logins}}'], rules: [{resources: [a], verbs: [b], where: 'can_view()'}]}}") ==
      "");
  CHECK(check("{allow: {rules: [{resources: [a], verbs: [b], where: 'x('}]}}").contains("spec.allow.rules[0].where"));
  CHECK(check("{allow: {logins: ['{{internal.nothing}}']}}").contains("spec.allow.logins"));
  CHECK(check("{deny: {node_labels: {dynamic/x: z}}}").contains("is dynamic"));
  CHECK(check("{allow: {node_labels_expression: 'labels.'}}").contains("spec.allow.node_labels_expression"));
}

TEST_CASE("a new role has one option of port forwarding, and asks for access as Teleport takes it") {
  const auto check = [](std::string_view spec) {
    const Status status = CheckNewRole(*Role("r", spec));
    return status ? std::string() : status.error().message;
  };
  CHECK(check("{options: {port_forwarding: false}}") == "");
  CHECK(check("{options: {ssh_port_forwarding: {local: {enabled: true}}}}") == "");
  CHECK(check("{options: {port_forwarding: false, ssh_port_forwarding: {local: {enabled: true}}}}")
            .contains("both port_forwarding and ssh_port_forwarding"));
  CHECK(check("{deny: {request: {thresholds: [{deny: 1}]}}}").contains("spec.deny.request.thresholds"));
  CHECK(check("{deny: {request: {reason: {mode: required}}}}").contains("spec.deny.request.reason"));
  for (const auto* mode : {"required", "optional"}) {
    CHECK(check(fmt::format("{{allow: {{request: {{reason: {{mode: {}}}}}}}}}", mode)) == "");
  }
  CHECK(check("{allow: {request: {reason: {mode: never}}}}").contains("unknown mode \"never\""));
  CHECK(check("{allow: {request: {max_duration: 336h}}}") == "");
  CHECK(check("{allow: {request: {max_duration: 336h1s}}}").contains("14 days"));
}

TEST_CASE("names of databases and clouds: granted by roles that admit the lifetime, less what a role denies") {
  const AccessChecker checker = Checker(
      {
          "{options: {max_session_ttl: 8h}, allow: {db_names: [b, a], db_users: ['{{internal.db_users}}'], "
          "aws_role_arns: [x]}}",
          "{options: {max_session_ttl: 1h}, allow: {db_names: [short]}}",
          "{deny: {db_names: [b], azure_identities: [z]}}",
      },
      {{"db_users", {"u"}}});
  const auto names = checker.ExternalNamesFor(4h);
  CHECK(names.database_names == List{"a"});
  CHECK(names.database_users == List{"u"});
  CHECK(names.aws_role_arns == List{"x"});
  CHECK(names.azure_identities.empty());
  CHECK(checker.ExternalNamesFor(1h).database_names == List{"a", "short"});
  CHECK(checker.ExternalNamesFor(9h).database_names.empty());
}

}  // namespace
}  // namespace sallyport
