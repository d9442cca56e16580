#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

#include <set>

#include "teleport/legacy/types/role.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

TEST_CASE("names and aliases lead to kinds") {
  CHECK(FindKind("role")->kind == "role");
  CHECK(FindKind("Roles")->kind == "role");
  CHECK(FindKind("cap")->kind == "cluster_auth_preference");
  CHECK(FindKind("netconfig")->kind == "cluster_networking_config");
  CHECK(FindKind("cas")->kind == "cert_authority");
  CHECK(FindKind("") == nullptr);
  CHECK(FindKind("ro") == nullptr);
  const auto unknown = KindNamed("rolle");
  REQUIRE_FALSE(unknown);
  CHECK(ToText(unknown.error()) == "bad parameter: unknown kind of resource \"rolle\"\n  hint: did you mean \"role\"?");
}

TEST_CASE("the table is consistent") {
  std::set<std::string_view> kinds;
  for (const KindRow& row : Kinds()) {
    CHECK(kinds.insert(row.kind).second);
    CHECK(KindOf(row.prototype()) == &row);
    CHECK_FALSE(row.columns.empty());
    const Resource resource = NewResource(row);
    CHECK(KindNameOf(*resource.message) == row.kind);
    CHECK(VersionOf(*resource.message) == row.default_version());
    CHECK(NameOf(*resource.message) == row.singleton_name);
    for (const TextColumn& column : row.columns) CHECK_NOTHROW(column.cell(*resource.message));
  }
  CHECK(FindKind("role")->default_version() == "v8");
  CHECK(FindKind("token")->name_is_secret);
}

// Our codec reproduces the reference's output byte for byte.
TEST_CASE("recorded resources survive reading and writing") {
  for (const char* const name :
       {"role-dev2.json", "user-alice.json", "user-seokbin2.json", "token-example-bot.json",
        "cluster_auth_preference.json", "cluster_networking_config.json", "session_recording_config.json",
        "kube_server.json", "cert_authority.json", "roles.json"}) {
    INFO(name);
    const auto recorded = ParseJson(ReadFixture(name));
    REQUIRE(recorded);
    for (const Value& value : recorded->as_list()) {
      const auto resource = DecodeResource(value, {.source = name});
      if (!resource) FAIL(ToText(resource.error()));
      CHECK(ToJson(EncodeMessage(*resource->message), {.indent = 4}) == ToJson(value, {.indent = 4}));
    }
  }
}

// A guide's resource with our defaults equals the resource that the reference stored and printed.
TEST_CASE("resources from the guides become what the reference made of them") {
  const auto resources = DecodeResources(ReadFixture("walks.yaml"), {.source = "walks.yaml"});
  if (!resources) FAIL(ToText(resources.error()));
  std::vector<std::string> names;
  for (const Resource& resource : *resources) names.push_back(NameOf(*resource.message));
  REQUIRE(names == std::vector<std::string>{"member", "dev2", "alice", "example-bot", "teleport-event-handler",
                                            "teleport-event-handler", "teleport-event-handler-impersonator"});
  const std::pair<std::size_t, std::string> recorded[] = {{1, "role-dev2"}, {2, "user-alice"}};
  for (const auto& [index, name] : recorded) {
    const auto json = ParseJson(ReadFixture(name + ".json"));
    REQUIRE(json);
    Value ours = EncodeMessage(*(*resources)[index].message);
    Value theirs = json->as_list()[0];
    // The server sets revision, creator and password state.
    theirs.Find("metadata")->Remove("revision");
    if (name == "user-alice") {
      for (Value* value : {&ours, &theirs}) {
        value->Find("spec")->Remove("created_by");
        value->Remove("status");
      }
    }
    CHECK(ToJson(ours, {.indent = 4}) == ToJson(theirs, {.indent = 4}));
    CHECK(ToYaml(SortedByKey(theirs)) == ToYaml(SortedByKey(ours)));
  }
}

TEST_CASE("the YAML form is the reference's") {
  for (const std::string name : {"role-dev2", "user-alice", "token-example-bot"}) {
    const auto json = ParseJson(ReadFixture(name + ".json"));
    REQUIRE(json);
    CHECK(ToYaml(SortedByKey(json->as_list()[0])) == ReadFixture(name + ".yaml"));
  }
}

TEST_CASE("headers are checked") {
  CHECK(Refused("a: 1") ==
        "bad parameter: test.yaml:1: kind is missing\n  hint: every resource starts with \"kind: ...\"");
  CHECK(Refused("- 1").starts_with("bad parameter: test.yaml:1: a resource is a map, not a list"));
  CHECK(Refused("\nkind: rol").starts_with("bad parameter: test.yaml:2: unknown kind of resource \"rol\""));
  CHECK(Refused("kind: role\nmetadata: {name: x}") ==
        "bad parameter: test.yaml:1: version is missing\n  hint: write \"version: v8\"");
  CHECK(Refused("kind: role\nversion: v9\nmetadata: {name: x}") ==
        "bad parameter: test.yaml:2: role version \"v9\" is not supported, only v3 v4 v5 v6 v7 v8\n"
        "  hint: write \"version: v8\"");
  CHECK(Refused("kind: user\nversion: v2").starts_with("bad parameter: test.yaml:1: metadata.name is missing"));
  CHECK(Refused("kind: user\nversion: v2\nmetadata:\n  name: a\n  namespace: b")
            .starts_with("bad parameter: test.yaml:5: metadata.namespace can only be \"default\""));
  CHECK(Refused("kind: user\nversion: v2\nmetadata:\n  name: a\n  labels: {'a b': c}")
            .starts_with("bad parameter: test.yaml:5: metadata.labels: \"a b\" is not a label key"));
  CHECK(Refused("kind: cap\nversion: v2\nmetadata: {name: other}").contains("its name is \"cluster-auth-preference\""));
}

TEST_CASE("what resources share is read and written by reflection") {
  Resource resource = Decoded(
      "kind: role\nversion: v7\nmetadata:\n  name: r\n  description: d\n  namespace: default\n  revision: x\n"
      "  labels: {a: b}\n  expires: 2026-11-22T01:00:00+01:00\n");
  auto& message = *resource.message;
  CHECK(resource.kind->kind == "role");
  CHECK(resource.as<types::RoleV6>().version() == "v7");
  CHECK(NameOf(message) == "r");
  CHECK(DescriptionOf(message) == "d");
  CHECK(RevisionOf(message) == "x");
  CHECK(LabelsOf(message) == std::map<std::string, std::string>{{"a", "b"}});
  REQUIRE(ExpiresOf(message));
  CHECK(FormatTime(*ExpiresOf(message)) == "2026-11-22T00:00:00Z");
  SetName(message, "s");
  SetRevision(message, "y");
  SetLabel(message, "c", "d");
  SetExpires(message, ParseTime("2030-01-01T00:00:00.5Z").value());
  CHECK(
      ToJson(*EncodeMessage(message).Find("metadata")) ==
      R"({"name":"s","description":"d","labels":{"a":"b","c":"d"},"expires":"2030-01-01T00:00:00.5Z","revision":"y"})");
  SetExpires(message, std::nullopt);
  CHECK_FALSE(ExpiresOf(message));
}

}  // namespace
}  // namespace sallyport
