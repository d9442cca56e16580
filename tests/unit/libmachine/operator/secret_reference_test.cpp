#include "libmachine/operator/secret_reference.h"

#include <catch2/catch.hpp>

#include "libbase/yaml.h"

namespace sallyport {
namespace {

Value SecretOf(std::string_view text) { return ParseYaml(text, "test").value().front(); }

TEST_CASE("references to secrets name a secret and a key") {
  CHECK(IsSecretReference("secret://a/b"));
  CHECK_FALSE(IsSecretReference("the secret itself"));
  const auto reference = ParseSecretReference("secret://gh/client");
  REQUIRE(reference);
  CHECK(reference->name == "gh");
  CHECK(reference->key == "client");
  for (const char* wrong : {"secret://", "secret:///key", "secret://name", "secret://name/", "other://name/key"}) {
    CAPTURE(wrong);
    CHECK_FALSE(ParseSecretReference(wrong));
  }
}

TEST_CASE("a secret is given to the custom resources that its annotation names") {
  const auto allowed = [](std::string_view readers) {
    const Value secret =
        SecretOf(fmt::format("{{metadata: {{annotations: {{resources.teleport.dev/allow-lookup-from-cr: '{}'}}}},"
                             " data: {{client: dmFsdWU=}}}}",
                             readers));
    return ValueOfSecret(secret, {.name = "gh", .key = "client"}, "one");
  };
  CHECK(allowed("*")->Reveal() == "value");
  CHECK(allowed("one")->Reveal() == "value");
  CHECK(allowed("two , one")->Reveal() == "value");
  for (const char* other : {"", "two", "on", "ones", "*,two", "one two"}) {
    CAPTURE(other);
    CHECK(allowed(other).error().kind == ErrorKind::kAccessDenied);
  }
}

TEST_CASE("a secret without the annotation, the key or its encoding is refused, and no value is told") {
  const SecretReference reference{.name = "gh", .key = "client"};
  const auto refusal = [&](std::string_view text) { return ValueOfSecret(SecretOf(text), reference, "one").error(); };
  CHECK(refusal("{metadata: {name: gh}, data: {client: dmFsdWU=}}").message.find("annotation") != std::string::npos);

  const std::string open = "{metadata: {annotations: {resources.teleport.dev/allow-lookup-from-cr: '*'}}, ";
  CHECK(refusal(open + "data: {other: dmFsdWU=}}").message == "secret \"gh\" is missing key \"client\"");
  CHECK(refusal(open + "data: {client: '***'}}").message.find("***") == std::string::npos);
}

}  // namespace
}  // namespace sallyport
