#include "libmachine/operator/custom_definitions.h"

#include <catch2/catch.hpp>
#include <set>

#include "libbase/value_fields.h"
#include "libbase/yaml.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_schema.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

Value DefinitionNamed(std::string_view kind) {
  for (Value& definition : CustomDefinitions()) {
    if (TextAt(*definition.Find("spec")->Find("names"), "kind") == kind) return std::move(definition);
  }
  return {};
}

TEST_CASE("each kind of resource that a custom kind describes has a row and its version") {
  for (const CustomKind& kind : CustomKinds()) {
    CAPTURE(kind.kind);
    const KindRow* const row = FindKind(kind.teleport_kind);
    REQUIRE(row != nullptr);
    CHECK(row->HasVersion(kind.teleport_version));
  }
}

TEST_CASE("a definition has the names of the kind, one stored version, and the status as a subresource") {
  std::set<std::string> names;
  for (const Value& definition : CustomDefinitions()) {
    const Value& spec = *definition.Find("spec");
    const std::string plural = TextAt(*spec.Find("names"), "plural");
    CAPTURE(plural);
    CHECK(names.insert(plural).second);
    CHECK(TextAt(*definition.Find("metadata"), "name") == plural + ".resources.teleport.dev");
    CHECK(TextAt(spec, "scope") == "Namespaced");

    int stored = 0;
    for (const Value& version : spec.Find("versions")->as_list()) {
      stored += version.Find("storage")->as_bool() ? 1 : 0;
      CHECK(version.Find("served")->as_bool());
      CHECK(version.Find("subresources")->Find("status") != nullptr);
      CHECK_FALSE(version.Find("schema")
                      ->Find("openAPIV3Schema")
                      ->Find("properties")
                      ->Find("spec")
                      ->Find("properties")
                      ->as_map()
                      .empty());
    }
    CHECK(stored == 1);
  }
}

TEST_CASE("roles without a version in their kind keep two versions and no short name") {
  const Value definition = DefinitionNamed("TeleportRole");
  const Value& spec = *definition.Find("spec");
  CHECK(spec.Find("names")->Find("shortNames") == nullptr);
  REQUIRE(spec.Find("versions")->as_list().size() == 2);
  CHECK(TextAt(spec.Find("versions")->as_list()[0], "name") == "v5");
  CHECK(spec.Find("versions")->as_list()[0].Find("storage")->as_bool());
  CHECK(TextAt(spec.Find("versions")->as_list()[1], "name") == "v6");
}

TEST_CASE("columns of a kind end with its age") {
  const Value definition = DefinitionNamed("TeleportProvisionToken");
  const Value& columns = *definition.Find("spec")->Find("versions")->as_list()[0].Find("additionalPrinterColumns");
  REQUIRE(columns.as_list().size() == 3);
  CHECK(TextAt(columns.as_list()[0], "jsonPath") == ".spec.join_method");
  CHECK(TextAt(columns.as_list()[2], "name") == "Age");
}

TEST_CASE("a schema has the form in which each field is written") {
  const Value schema = CustomSchema(*FindCustomKind("TeleportRoleV7"));
  const Value& spec = *schema.Find("properties")->Find("spec")->Find("properties");
  const Value& options = *spec.Find("options")->Find("properties");
  CHECK(*options.Find("max_session_ttl") == Value(Value::Map{{"type", "string"}, {"format", "duration"}}));
  CHECK(*options.Find("forward_agent") == Value(Value::Map{{"type", "boolean"}}));
  CHECK(*options.Find("require_session_mfa") == Value(Value::Map{{"x-kubernetes-int-or-string", true}}));

  const Value& allow = *spec.Find("allow")->Find("properties");
  CHECK(TextAt(*allow.Find("logins"), "type") == "array");
  const Value& values = *allow.Find("node_labels")->Find("additionalProperties");
  CHECK(values == Value(Value::Map{{"x-kubernetes-preserve-unknown-fields", true}}));
}

TEST_CASE("fields that the cluster alone writes are in no schema") {
  const Value schema = CustomSchema(*FindCustomKind("TeleportUser"));
  const Value& spec = *schema.Find("properties")->Find("spec")->Find("properties");
  CHECK(spec.Find("roles") != nullptr);
  for (const auto* const key : {"created_by", "expires", "status", "local_auth"}) CHECK(spec.Find(key) == nullptr);
}

TEST_CASE("the YAML of the definitions is read back as the same definitions") {
  const auto read = ParseYaml(CustomDefinitionsYaml(), "crds.yaml");
  REQUIRE(read);
  CHECK(*read == CustomDefinitions());
}

}  // namespace
}  // namespace sallyport
