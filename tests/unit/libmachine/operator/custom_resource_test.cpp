#include "libmachine/operator/custom_resource.h"

#include <catch2/catch.hpp>

#include "libbase/yaml.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

Value CustomYaml(std::string_view text) { return ParseYaml(text, "test").value().front(); }

const CustomKind& RoleKind() { return *FindCustomKind("TeleportRoleV7"); }

TEST_CASE("metadata of a custom resource is read, and wrong types read as empty") {
  const CustomMetadata metadata = MetadataOfCustom(CustomYaml(R"(
metadata:
  name: one
  uid: u
  resourceVersion: "7"
  creationTimestamp: "2026-11-29T09:11:09Z"
  generation: 2
  deletionTimestamp: "2026-11-29T10:11:09Z"
  annotations: {teleport.dev/keep: "1", teleport.dev/ignore: "false"}
  finalizers: [other, resources.teleport.dev/deletion])"));
  CHECK(metadata.name == "one");
  CHECK(metadata.resource_version == "7");
  CHECK(metadata.generation == 2);
  CHECK(metadata.deleted);
  CHECK(metadata.kept);
  CHECK_FALSE(metadata.ignored);
  CHECK(metadata.HasFinalizer());

  const CustomMetadata wrong = MetadataOfCustom(CustomYaml("metadata: {name: [], annotations: text, finalizers: 3}"));
  CHECK(wrong.name.empty());
  CHECK(wrong.finalizers.empty());
  CHECK(MetadataOfCustom(CustomYaml("{}")).name.empty());
}

TEST_CASE("flags are the true values of Go's ParseBool") {
  const auto kept = [](std::string_view value) {
    return MetadataOfCustom(CustomYaml(fmt::format("metadata: {{annotations: {{teleport.dev/keep: \"{}\"}}}}", value)))
        .kept;
  };
  for (const char* const value : {"1", "t", "T", "true", "TRUE", "True"}) CHECK(kept(value));
  for (const char* const value : {"", "0", "yes", "tRUE", "on"}) CHECK_FALSE(kept(value));
}

TEST_CASE("a resource has the labels of its custom resource, and the origin cannot be forged") {
  const auto resource = ResourceOf(RoleKind(), CustomYaml(R"(
metadata:
  name: one
  labels: {team: a, teleport.dev/origin: dynamic}
  annotations: {description: readers}
spec: {allow: {logins: [a]}})"));
  REQUIRE(resource);
  CHECK(VersionOf(*resource->message) == "v7");
  CHECK(DescriptionOf(*resource->message) == "readers");
  CHECK(LabelsOf(*resource->message).at("team") == "a");
  CHECK(IsOfKubernetes(*resource->message));
}

TEST_CASE("an error names the field, and neither a file nor a line") {
  const auto unknown = ResourceOf(RoleKind(), CustomYaml("metadata: {name: one}\nspec: {allow: {logns: [a]}}"));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ErrorKind::kBadParameter);
  CHECK(unknown.error().message.starts_with("unknown field \"spec.allow.logns\""));
  CHECK(ResourceOf(RoleKind(), CustomYaml("spec: {}")).error().message == "the custom resource has no name");
}

TEST_CASE("the name of a token is shown nowhere") {
  const CustomKind& token = *FindCustomKind("TeleportProvisionToken");
  CHECK(ShownName(token, "hidden", "u-1") == "TeleportProvisionToken with the uid u-1");
  CHECK(WithoutSecretName(token, "hidden", "token hidden: hidden is wrong") == "token ********: ******** is wrong");
  CHECK(ShownName(RoleKind(), "one", "u-1") == "TeleportRoleV7 one");
  CHECK(WithoutSecretName(RoleKind(), "one", "role one") == "role one");
}

}  // namespace
}  // namespace sallyport
