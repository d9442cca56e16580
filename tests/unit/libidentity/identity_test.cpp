#include "libidentity/identity.h"

#include <chrono>

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libidentity/name.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

const Time kExpires{std::chrono::sys_days{2030y / 1 / 2} + 3h};

// Returns an identity in which every field has a different value.
Identity FullIdentity() {
  Identity identity;
  identity.username = "alice@example.com";
  identity.groups = {"a", "bb", "ccc"};  // the order that DER requires
  identity.system_roles = {"Proxy", "Node"};
  identity.usage = {"usage:kube"};
  identity.principals = {"root", "-teleport-internal-join"};
  identity.route_to_cluster = "leaf.example.com";
  identity.traits.Set("logins", {{"root", "<&>"}});
  identity.traits.Set("none", std::nullopt);
  identity.traits.Set("empty", {{}});
  identity.teleport_cluster = "root.example.com";
  identity.kubernetes_users = {"ku2", "ku1"};
  identity.kubernetes_groups = {"kg2", "kg1"};
  identity.kubernetes_cluster = "kc";
  identity.route_to_app = {"sid", "app.example.com", "appcluster", "app", "arn:aws:iam::1:role/r", "az", "gcp@x",
                           65535, R"({"Version":1})"};
  identity.route_to_database = {"db", "postgres", "dbuser", "dbname", {"reader", "writer"}};
  identity.database_names = {"n2", "n1"};
  identity.database_users = {"u2", "u1"};
  identity.aws_role_arns = {"arn2", "arn1"};
  identity.azure_identities = {"az2", "az1"};
  identity.gcp_service_accounts = {"g2", "g1"};
  identity.mfa_verified = "device-uuid";
  identity.previous_identity_expires = kExpires + 5s;
  identity.login_ip = "127.0.0.1";
  identity.pinned_ip = "::1";
  identity.impersonator = "bob";
  identity.active_requests = {"r2", "r1"};
  identity.disallow_reissue = true;
  identity.allowed_resources = {"/cluster/node/a,b", "/cluster/pod/ns/name"};
  identity.private_key_policy = "none";
  identity.user_type = "local";
  identity.device = {"dev", "tag", "cred"};
  identity.connection_diagnostic_id = "diag";
  identity.renewable = true;
  identity.generation = 18446744073709551615U;
  identity.bot_name = "bot";
  identity.bot_instance_id = "bot-instance";
  identity.join_token = "token-name";
  identity.join_attributes = R"({"meta":{"join_method":"iam"}})";
  identity.scope_pin = R"({"scope":"/a"})";
  identity.expires = kExpires;
  return identity;
}

Identity Minimal() {
  Identity identity;
  identity.username = "alice";
  identity.groups = {"access"};
  return identity;
}

std::string Subject(const Identity& identity) { return ToSubject(identity).value(); }

Result<Identity> FromName(const Name& name) { return FromSubject(EncodeName(name).value(), kExpires); }

TEST_CASE("the subject of a host is Go's, byte for byte", "[identity]") {
  Identity host;
  host.username = "8a3d198c-b159-4557-aa0b-899b805a73d5.ref.test";
  host.groups = {"Admin"};
  host.teleport_cluster = "ref.test";
  CHECK(ToHex(Subject(host)) ==
        "30773109300706035504091300310d300b060355041113046e756c6c310e300c060355040a130541646d696e31363034"
        "0603550403132d38613364313938632d623135392d343535372d616130622d3839396238303561373364352e7265662e"
        "746573743113301106052bce0f010713087265662e74657374");
}

TEST_CASE("the subject of a user is Go's, byte for byte", "[identity]") {
  Identity user;
  user.username = "alice@example.com";
  user.groups = {"member", "editor", "access"};
  user.usage = {"usage:kube"};
  user.principals = {"root", "-teleport-internal-join"};
  user.route_to_cluster = "ref.test";
  user.teleport_cluster = "ref.test";
  user.traits.Set("logins", {{"root", "<a&b>"}});
  user.traits.Set("empty", {{}});
  user.traits.Set("db_names", std::nullopt);
  user.kubernetes_groups = {"dev", "ops_1"};
  user.kubernetes_cluster = "c1";
  user.login_ip = "127.0.0.1";
  user.user_type = "local";
  user.private_key_policy = "none";
  CHECK(ToHex(Subject(user)) ==
        "30820171312d300b06035504071304726f6f74301e060355040713172d74656c65706f72742d696e7465726e616c2d6a"
        "6f696e3111300f060355040913087265662e74657374314e304c06035504110c457b2264625f6e616d6573223a6e756c"
        "6c2c22656d707479223a5b5d2c226c6f67696e73223a5b22726f6f74222c225c7530303363615c7530303236625c7530"
        "303365225d7d312d300d060355040a1306616363657373300d060355040a1306656469746f72300d060355040a13066d"
        "656d62657231133011060355040b130a75736167653a6b756265311a301806035504030c11616c696365406578616d70"
        "6c652e636f6d310e300c06052bce0f010213036465763110300e06052bce0f01020c056f70735f31310d300b06052bce"
        "0f0103130263313113301106052bce0f010713087265662e746573743114301206052bce0f010913093132372e302e30"
        "2e313110300e06052bce0f011413056c6f63616c310f300d06052bce0f010f13046e6f6e65");
}

TEST_CASE("every field survives the way through a subject", "[identity]") {
  const Identity identity = FullIdentity();
  CHECK(FromSubject(Subject(identity), kExpires).value() == identity);
  Identity minimal = Minimal();
  minimal.expires = kExpires;
  CHECK(FromSubject(Subject(minimal), kExpires).value() == minimal);
}

TEST_CASE("attributes are written in Teleport's order", "[identity]") {
  std::string order;
  std::string last;
  const Name name = DecodeName(Subject(FullIdentity())).value();
  for (const RelativeName& relative : name) {
    std::string oid = relative.at(0).oid;
    if (oid.starts_with("1.3.9999.")) {
      CHECK(relative.size() == 1);
      oid = oid.substr(9);
    }
    if (oid != last) order += oid + " ";
    last = oid;
  }
  CHECK(order ==
        "2.5.4.7 2.5.4.9 2.5.4.17 2.5.4.10 2.5.4.11 2.5.4.3 2.11 1.1 1.2 1.3 1.4 1.6 1.21 1.5 1.10 1.11 1.12 1.22 "
        "1.16 1.17 1.18 1.19 1.13 1.7 1.8 2.12 1.9 2.15 2.1 2.2 2.3 2.4 2.19 2.5 2.6 2.7 2.8 2.9 1.14 2.18 2.20 2.23 "
        "2.24 1.20 2.10 1.15 2.13 2.21 3.1 3.2 3.3 ");
}

TEST_CASE("street and postal code are always there, other attributes only with a value", "[identity]") {
  const Name name = DecodeName(Subject(Minimal())).value();
  CHECK(name == Name{{{"2.5.4.9", ""}}, {{"2.5.4.17", "null"}}, {{"2.5.4.10", "access"}}, {{"2.5.4.3", "alice"}}});
}

TEST_CASE("times are written in whole seconds of UTC, resources as a JSON list", "[identity]") {
  Identity identity = Minimal();
  identity.previous_identity_expires = kExpires + 1999ms;
  identity.allowed_resources = {"/c/node/<a>"};
  const Name name = DecodeName(Subject(identity)).value();
  CHECK(LastValueOf(name, "1.3.9999.2.12") == "2030-01-02T03:00:01Z");
  CHECK(LastValueOf(name, "1.3.9999.2.10") == R"(["/c/node/\u003ca\u003e"])");
}

TEST_CASE("attributes are read in any order, from any relative name, unknown ones ignored", "[identity]") {
  const Identity identity = FromName({{{"1.3.9999.1.7", "cluster"}, {"2.5.4.3", "alice"}},
                                      {{"1.2.3.4", "unknown"}},
                                      {{"2.5.4.10", "one"}},
                                      {{"2.5.4.10", "two"}},
                                      {{"2.5.4.9", "first"}, {"2.5.4.9", "second"}},
                                      {{"1.3.9999.1.13", "yes"}},
                                      {{"1.3.9999.2.12", "2030-01-02T05:00:00+02:00"}}})
                                .value();
  CHECK(identity.username == "alice");
  CHECK(identity.groups == std::vector<std::string>{"one", "two"});
  CHECK(identity.route_to_cluster == "first");
  CHECK(identity.teleport_cluster == "cluster");
  CHECK_FALSE(identity.renewable);  // only "true" means renewable
  CHECK(identity.previous_identity_expires == kExpires);
  CHECK(identity.traits.is_null());
  CHECK(identity.expires == kExpires);
}

TEST_CASE("a scope pin takes the place of roles", "[identity]") {
  Identity identity = Minimal();
  identity.groups.clear();
  CHECK(ToSubject(identity).error().kind == ErrorKind::kBadParameter);
  identity.scope_pin = R"({"scope":"/a"})";
  CHECK(FromSubject(Subject(identity), Time{}).value() == identity);
}

TEST_CASE("identities that cannot be are not written", "[identity]") {
  Identity identity = Minimal();
  identity.username.clear();
  CHECK(ToSubject(identity).error().message == "identity has no user name");
  identity = Minimal();
  identity.impersonator = "\xff";
  CHECK_FALSE(ToSubject(identity).has_value());
}

TEST_CASE("subjects that make no identity are refused, with the attribute in the message", "[identity]") {
  const RelativeName user{{"2.5.4.3", "alice"}};
  const RelativeName role{{"2.5.4.10", "access"}};
  CHECK_FALSE(FromName({role}).has_value());
  CHECK_FALSE(FromName({user}).has_value());
  CHECK_FALSE(FromName({user, role, {{"2.5.4.17", "{"}}}).has_value());
  CHECK_FALSE(FromName({user, role, {{"2.5.4.17", R"({"a":"b"})"}}}).has_value());
  for (const auto& [oid, value] : {std::pair{"1.3.9999.1.14", "-1"},
                                   {"1.3.9999.1.14", "18446744073709551616"},
                                   {"1.3.9999.1.14", "1x"},
                                   {"1.3.9999.1.14", ""},
                                   {"1.3.9999.1.21", "65536"},
                                   {"1.3.9999.2.12", "yesterday"},
                                   {"1.3.9999.2.10", "[1]"},
                                   {"1.3.9999.2.10", R"(["node"])"},
                                   {"1.3.9999.2.10", R"(["/c/node"])"},
                                   {"1.3.9999.2.24", "[]"},
                                   {"1.3.9999.2.21", "x"}}) {
    CAPTURE(oid, value);
    const auto result = FromName({user, role, {{oid, value}}});
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::kBadParameter);
    CHECK(result.error().message.starts_with(fmt::format("subject attribute {}: ", oid)));
  }
  const std::string der = Subject(FullIdentity());
  for (std::size_t length = 0; length < der.size(); ++length) {
    REQUIRE_FALSE(FromSubject(der.substr(0, length), kExpires).has_value());
  }
}

}  // namespace
}  // namespace sallyport
