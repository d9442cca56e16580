#include "libresources/kinds/connector.h"
#include "libresources/kinds.h"

#include "libresources/kinds/saml_descriptor.h"
#include "teleport/legacy/types/connector.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

std::string DecodedText(const std::string& yaml) {
  const auto resource = DecodeResource(Yaml(yaml), {.source = "c.yaml"});
  return resource ? "" : resource.error().message;
}

constexpr std::string_view kOidc =
    "kind: oidc\nversion: v3\nmetadata: {name: NAME}\nspec:\n  client_id: a\n  client_secret: b\n"
    "  redirect_url: https://proxy\n  claims_to_roles: [{claim: g, value: v, roles: [access]}]\n";

std::string Oidc(std::string_view more, std::string_view name = "idp") {
  std::string text(kOidc);
  text.replace(text.find("NAME"), 4, name);
  return text + std::string(more);
}

TEST_CASE("a connector that would give nobody a role is refused") {
  CHECK(DecodedText("kind: github\nversion: v3\nmetadata: {name: g}\nspec: {client_id: a}\n")
            .contains("spec.teams_to_roles is missing"));
  CHECK(DecodedText("kind: github\nversion: v3\nmetadata: {name: g}\nspec: {teams_to_roles: [{organization: o}]}\n")
            .contains("spec.teams_to_roles[0].team is missing"));
  CHECK(DecodedText("kind: saml\nversion: v2\nmetadata: {name: s}\nspec: {acs: https://p, issuer: i, sso: https://i}\n")
            .contains("spec.attributes_to_roles is missing"));
}

TEST_CASE("oidc: what is required, what excludes what") {
  CHECK(DecodedText(Oidc("")).empty());
  CHECK(DecodedText(Oidc("", "local")).contains("reserved"));
  CHECK(DecodedText(Oidc("  max_age: 1500ms\n")).contains("whole seconds"));
  CHECK(DecodedText(Oidc("  google_service_account: x\n")).contains("google_admin_email"));
  CHECK(DecodedText(Oidc("  client_redirect_settings: {insecure_allowed_cidr_ranges: [10.0.0.0/33]}\n"))
            .contains("not a range of addresses"));
  CHECK(DecodedText(Oidc("  entra_id_groups_provider: {group_type: friends}\n")).contains("group_type"));
}

TEST_CASE("one address is written as a text, several as a list") {
  const auto one = DecodeResource(Yaml(Oidc("")), {});
  REQUIRE(one);
  CHECK(EncodeMessage(*one->message).Find("spec")->Find("redirect_url")->as_string() == "https://proxy");
}

TEST_CASE("saml takes issuer and address from what the provider says of itself") {
  const auto resource = DecodeResource(Yaml("kind: saml\nversion: v2\nmetadata: {name: s}\nspec:\n  acs: https://p/s\n"
                                            "  entity_descriptor: '<EntityDescriptor entityID=\"i\"><IDPSSODescriptor>"
                                            "<SingleSignOnService Location=\"https://i/?a=1&amp;b=2\"/>"
                                            "</IDPSSODescriptor></EntityDescriptor>'\n"
                                            "  attributes_to_roles: [{name: g, value: v, roles: [access]}]\n"),
                                       {});
  REQUIRE(resource);
  const auto& spec = resource->as<types::SAMLConnectorV2>().spec();
  CHECK(spec.issuer() == "i");
  CHECK(spec.sso() == "https://i/?a=1&b=2");
  CHECK(spec.audience() == "https://p/s");
}

TEST_CASE("descriptors that are none are refused") {
  for (const char* const xml :
       {"", "text", "<EntityDescriptor>", "<Other entityID='x'/>", "<EntityDescriptor/>",
        "<!DOCTYPE x><EntityDescriptor/>", "<EntityDescriptor entityID='x'></Other>", "<EntityDescriptor entityID='x'",
        "<a><EntityDescriptor entityID='x'/></a>", "<EntityDescriptor entityID=x/>",
        "<EntityDescriptor entityID='x'/><EntityDescriptor entityID='y'/>"}) {
    INFO(xml);
    CHECK_FALSE(ParseSamlDescriptor(xml));
  }
  using namespace std::string_view_literals;
  for (const std::string_view xml :
       {"<EntityDescriptor entityID='x'/>\0<!DOCTYPE x>"sv, "<EntityDescriptor entityID='x\0y'/>"sv,
        "<EntityDescriptor entityID='x&#0;y'/>"sv, "<!DOCTYPE x [<!ENTITY y 'z'>]><EntityDescriptor entityID='&y;'/>"sv,
        "<\0E\0n\0t\0"sv}) {
    INFO(xml);
    CHECK_FALSE(ParseSamlDescriptor(xml));
  }
  const auto found = ParseSamlDescriptor(
      "<?xml version='1.0'?><!-- <x> --><md:EntityDescriptor md:x='1' entityID='x'><SingleSignOnService Location='no'/>"
      "</md:EntityDescriptor>");
  REQUIRE(found);
  CHECK(found->entity_id == "x");
  CHECK(found->sso_url.empty());
}

TEST_CASE("no secret is left where secrets are removed") {
  types::OIDCConnectorV3 oidc;
  oidc.mutable_spec()->set_clientsecret("s");
  oidc.mutable_spec()->set_googleserviceaccount("s");
  oidc.mutable_spec()->mutable_mfasettings()->set_client_secret("s");
  RemoveSecrets(oidc);
  CHECK(oidc.spec().clientsecret().empty());
  CHECK(oidc.spec().googleserviceaccount().empty());
  CHECK(oidc.spec().mfasettings().client_secret().empty());
  types::SAMLConnectorV2 saml;
  saml.mutable_spec()->mutable_signingkeypair()->set_privatekey("s");
  saml.mutable_spec()->mutable_encryptionkeypair()->set_privatekey("s");
  RemoveSecrets(saml);
  CHECK(saml.spec().signingkeypair().privatekey().empty());
  CHECK(saml.spec().encryptionkeypair().privatekey().empty());
}

}  // namespace
}  // namespace sallyport
