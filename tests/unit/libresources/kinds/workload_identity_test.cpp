#include <catch2/catch.hpp>

#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/workloadidentity/v1/resource.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

using teleport::workloadidentity::v1::WorkloadIdentity;

Result<Resource> Read(const std::string& spec) {
  return DecodeResource(
      Yaml(fmt::format("kind: workload_identity\nversion: v1\nmetadata: {{name: w}}\nspec: {}\n", spec)), {});
}

TEST_CASE("a workload identity is read and written as it was") {
  const auto resource = Read(
      "{rules: {allow: [{conditions: [{attribute: user.name, eq: {value: a}}, {attribute: x, not_in: {values: [b]}}]}, "
      "{expression: 'user.is_bot'}]}, spiffe: {id: /svc/foo, hint: h, x509: {dns_sans: [a.test], maximum_ttl: 336h, "
      "subject_template: {common_name: c}}, jwt: {extra_claims: {a: [1, {b: c}]}, maximum_ttl: 24h}}}");
  REQUIRE(resource);
  const auto& spec = resource->as<WorkloadIdentity>().spec();
  CHECK(spec.spiffe().x509().maximum_ttl().seconds() == 14 * 24 * 3600);
  CHECK(spec.rules().allow(0).conditions(1).not_in().values(0) == "b");

  const Value written = EncodeMessage(*resource->message);
  const auto again = DecodeResource(written, {});
  REQUIRE(again);
  CHECK(again->message->SerializeAsString() == resource->message->SerializeAsString());
  const Value* const x509 = written.Find("spec")->Find("spiffe")->Find("x509");
  CHECK(x509->Find("maximum_ttl")->as_string() == "1209600s");
}

TEST_CASE("workload identities that Teleport refuses are refused by their field") {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "spec.spiffe.id is missing"},
      {"{spiffe: {id: svc}}", "spec.spiffe.id must start with a /"},
      {"{spiffe: {id: /a, x509: {maximum_ttl: 337h}}}", "spec.spiffe.x509.maximum_ttl"},
      {"{spiffe: {id: /a, jwt: {maximum_ttl: 25h}}}", "spec.spiffe.jwt.maximum_ttl"},
      {"{spiffe: {id: /a, jwt: {maximum_ttl: 24h0m0.5s}}}", "spec.spiffe.jwt.maximum_ttl"},
      {"{spiffe: {id: /a}, rules: {allow: [{}]}}", "spec.rules.allow[0].conditions is missing"},
      {"{spiffe: {id: /a}, rules: {allow: [{expression: x, conditions: [{attribute: a, eq: {value: b}}]}]}}",
       "spec.rules.allow[0] has conditions and an expression"},
      {"{spiffe: {id: /a}, rules: {allow: [{expression: 'user.nme == \"x\"'}]}}",
       "spec.rules.allow[0].expression: column 1: unknown attribute \"user.nme\""},
      {"{spiffe: {id: /a}, rules: {allow: [{conditions: [{eq: {value: b}}]}]}}", "conditions[0].attribute is missing"},
      {"{spiffe: {id: /a}, rules: {allow: [{conditions: [{attribute: a}]}]}}", "conditions[0] has no operator"},
  };
  for (const auto& [spec, reason] : cases) {
    CAPTURE(spec);
    const auto resource = Read(spec);
    REQUIRE_FALSE(resource);
    CHECK(resource.error().kind == ErrorKind::kBadParameter);
    CHECK(resource.error().message.contains(reason));
  }
}

}  // namespace
}  // namespace sallyport
