#include "libresources/kinds/connector.h"

#include "libbase/address.h"
#include "libbase/text.h"
#include "libbase/time.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/saml_descriptor.h"
#include "teleport/legacy/types/connector.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

// Names of ways to log in that are no connectors.
constexpr std::string_view kReservedNames[] = {"local", "passwordless", "headless"};
constexpr std::string_view kRequestBindings[] = {"http-redirect", "http-post"};
constexpr std::string_view kEntraGroupTypes[] = {"security-groups", "directory-roles", "all-groups"};

template <typename Connector>
const Connector& As(const Message& resource) {
  return static_cast<const Connector&>(resource);
}

Status CheckName(const Message& connector) {
  const std::string name = NameOf(connector);
  if (!IsOneOf(kReservedNames, name)) return {};
  return Fail(ErrorKind::kBadParameter, "metadata.name: \"{}\" is reserved for logins without a connector", name);
}

std::string JoinedBy(const google::protobuf::RepeatedPtrField<std::string>& texts, std::string_view between) {
  return fmt::format("{}", fmt::join(texts, between));
}

std::string TeamsToLogins(const Message& resource) {
  std::string text;
  for (const auto& team : As<types::GithubConnectorV3>(resource).spec().teamstologins()) {
    text += fmt::format("{}@{}/{}: {}", text.empty() ? "" : ", ", team.organization(), team.team(),
                        JoinedBy(team.logins(), ", "));
  }
  return text;
}
std::string IssuerUrl(const Message& resource) { return As<types::OIDCConnectorV3>(resource).spec().issuerurl(); }
std::string Scope(const Message& resource) {
  return JoinedBy(As<types::OIDCConnectorV3>(resource).spec().scope(), ",");
}
std::string SsoUrl(const Message& resource) { return As<types::SAMLConnectorV2>(resource).spec().sso(); }

constexpr TextColumn kGithubColumns[] = {{"Name", &NameOf}, {"Teams To Logins", &TeamsToLogins}};
constexpr TextColumn kOidcColumns[] = {{"Name", &NameOf}, {"Issuer URL", &IssuerUrl}, {"Additional Scope", &Scope}};
constexpr TextColumn kSamlColumns[] = {{"Name", &NameOf}, {"SSO URL", &SsoUrl}};

Status CheckTeams(const types::GithubConnectorSpecV3& spec) {
  for (int i = 0; i < spec.teamstologins_size(); ++i) {
    if (spec.teamstologins(i).team().empty()) {
      return Fail(ErrorKind::kBadParameter, "spec.teams_to_logins[{}].team is missing", i);
    }
  }
  for (int i = 0; i < spec.teamstoroles_size(); ++i) {
    if (spec.teamstoroles(i).team().empty()) {
      return Fail(ErrorKind::kBadParameter, "spec.teams_to_roles[{}].team is missing", i);
    }
  }
  if (spec.teamstologins_size() + spec.teamstoroles_size() > 0) return {};
  return FailWithHint(ErrorKind::kBadParameter, "spec.teams_to_roles is missing: no user would get a role",
                      "set spec.teams_to_roles to a list of organization, team and roles");
}

Status CheckMaxAge(std::string_view key, std::int64_t nanos) {
  if (nanos < 0) return Fail(ErrorKind::kBadParameter, "{} cannot be negative", key);
  if (nanos % 1'000'000'000 == 0) return {};
  return Fail(ErrorKind::kBadParameter, "{} must be whole seconds, not {}", key, FormatDuration(Nanoseconds(nanos)));
}

Status CheckGoogle(const types::OIDCConnectorSpecV3& spec) {
  const std::string& uri = spec.googleserviceaccounturi();
  const bool account = !spec.googleserviceaccount().empty();
  if (!uri.empty() && account) {
    return Fail(ErrorKind::kBadParameter, "spec has google_service_account_uri and google_service_account: keep one");
  }
  if (!uri.empty() && !uri.starts_with("file://") && !uri.starts_with('/')) {
    return Fail(ErrorKind::kBadParameter, "spec.google_service_account_uri must be a file:// address");
  }
  if ((!uri.empty() || account) && spec.googleadminemail().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.google_admin_email is missing: a service account acts for an admin");
  }
  return {};
}

Status CheckRedirects(const types::SSOClientRedirectSettings& settings) {
  for (const auto& range : settings.insecure_allowed_cidr_ranges()) {
    if (IsAddressRange(range)) continue;
    return Fail(ErrorKind::kBadParameter,
                "spec.client_redirect_settings.insecure_allowed_cidr_ranges: \"{}\" is not a range of addresses",
                StripControl(range));
  }
  return {};
}

Status CheckOidcSecret(const types::OIDCConnectorSpecV3& spec) {
  if (spec.clientid().empty()) return Fail(ErrorKind::kBadParameter, "spec.client_id is missing");
  if (spec.clientsecret().empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.client_secret is missing",
                        "tctl get shows spec.client_secret only with --with-secrets");
  }
  if (!spec.clientsecret().starts_with("file://")) return {};
  return Fail(ErrorKind::kBadParameter, "spec.client_secret must be the secret itself, not the address of a file");
}

// Checks that claims of the provider map to roles: there is a mapping, and each has roles.
template <typename Mappings>
Status CheckRoles(std::string_view field, const Mappings& mappings) {
  if (mappings.empty()) return Fail(ErrorKind::kBadParameter, "{} is missing: no user would get a role", field);
  for (int i = 0; i < mappings.size(); ++i) {
    if (mappings[i].roles().empty()) return Fail(ErrorKind::kBadParameter, "{}[{}].roles is missing", field, i);
  }
  return {};
}

Status CheckSamlAddresses(types::SAMLConnectorSpecV2& spec, const std::string& name) {
  if (spec.assertionconsumerservice().empty()) {
    return FailWithHint(
        ErrorKind::kBadParameter, "spec.acs is missing",
        "set the address that the identity provider sends answers to: https://PROXY/v1/webapi/saml/acs/NAME");
  }
  if (spec.allowidpinitiated() && !spec.assertionconsumerservice().ends_with("/" + name)) {
    return Fail(ErrorKind::kBadParameter, "spec.acs must end with /{} when allow_idp_initiated is set",
                StripControl(name));
  }
  if (spec.serviceproviderissuer().empty()) spec.set_serviceproviderissuer(spec.assertionconsumerservice());
  if (spec.audience().empty()) spec.set_audience(spec.assertionconsumerservice());
  return {};
}

// The descriptor of the provider overrides the fields of the connector. While the descriptor must still be fetched,
// both may stay unset.
template <typename Part>
Status FillIssuer(Part& part, const std::string& key, const std::string& descriptor, bool to_be_fetched) {
  if (!descriptor.empty()) {
    ASSIGN_OR_RETURN(const SamlDescriptor known, ParseSamlDescriptor(descriptor));
    part.set_issuer(known.entity_id);
    if (!known.sso_url.empty()) part.set_sso(known.sso_url);
  }
  if (to_be_fetched || (!part.issuer().empty() && !part.sso().empty())) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("{} does not define the identity provider and the address of its login", key),
                      "set entity_descriptor, entity_descriptor_url, or issuer and sso");
}

// Fill in defaults and validate. Fail with kBadParameter.
Status CheckGithubConnector(Message& resource) { return CheckTeams(As<types::GithubConnectorV3>(resource).spec()); }

Status CheckOidcConnector(Message& resource) {
  const auto& spec = As<types::OIDCConnectorV3>(resource).spec();
  RETURN_IF_ERROR(CheckName(resource));
  RETURN_IF_ERROR(CheckOidcSecret(spec));
  RETURN_IF_ERROR(CheckRoles("spec.claims_to_roles", spec.claimstoroles()));
  if (spec.redirecturls().values().empty()) return Fail(ErrorKind::kBadParameter, "spec.redirect_url is missing");
  RETURN_IF_ERROR(CheckGoogle(spec));
  if (spec.has_maxage()) RETURN_IF_ERROR(CheckMaxAge("spec.max_age", spec.maxage().value()));
  if (spec.has_mfasettings()) RETURN_IF_ERROR(CheckMaxAge("spec.mfa.max_age", spec.mfasettings().max_age()));
  const std::string& group = spec.entra_id_groups_provider().group_type();
  if (!group.empty() && !IsOneOf(kEntraGroupTypes, group)) {
    return Fail(ErrorKind::kBadParameter, "spec.entra_id_groups_provider.group_type must be one of {}, not \"{}\"",
                fmt::join(kEntraGroupTypes, ", "), StripControl(group));
  }
  return CheckRedirects(spec.clientredirectsettings());
}

Status CheckSamlConnector(Message& resource) {
  auto& spec = *static_cast<types::SAMLConnectorV2&>(resource).mutable_spec();
  RETURN_IF_ERROR(CheckName(resource));
  RETURN_IF_ERROR(CheckSamlAddresses(spec, NameOf(resource)));
  RETURN_IF_ERROR(FillIssuer(spec, "spec", spec.entitydescriptor(), !spec.entitydescriptorurl().empty()));
  if (spec.has_mfasettings()) {
    auto& mfa = *spec.mutable_mfasettings();
    const bool open = !mfa.enabled() || !mfa.entity_descriptor_url().empty();
    RETURN_IF_ERROR(FillIssuer(mfa, "spec.mfa", mfa.entity_descriptor(), open));
  }
  RETURN_IF_ERROR(CheckRoles("spec.attributes_to_roles", spec.attributestoroles()));
  if (!spec.preferredrequestbinding().empty() && !IsOneOf(kRequestBindings, spec.preferredrequestbinding())) {
    return Fail(ErrorKind::kBadParameter, "spec.preferred_request_binding must be one of {}, not \"{}\"",
                fmt::join(kRequestBindings, ", "), StripControl(spec.preferredrequestbinding()));
  }
  return CheckRedirects(spec.clientredirectsettings());
}

}  // namespace

KindRow GithubConnectorKind() {
  return {
      .kind = "github",
      .versions = "v3",
      .prototype = &Prototype<types::GithubConnectorV3>,
      .check = &CheckGithubConnector,
      .columns = kGithubColumns,
  };
}

KindRow OidcConnectorKind() {
  return {
      .kind = "oidc",
      .versions = "v2 v3",
      .prototype = &Prototype<types::OIDCConnectorV3>,
      .check = &CheckOidcConnector,
      .columns = kOidcColumns,
  };
}

KindRow SamlConnectorKind() {
  return {
      .kind = "saml",
      .versions = "v2",
      .prototype = &Prototype<types::SAMLConnectorV2>,
      .check = &CheckSamlConnector,
      .columns = kSamlColumns,
  };
}

void RemoveSecrets(types::GithubConnectorV3& connector) { connector.mutable_spec()->clear_clientsecret(); }

void RemoveSecrets(types::OIDCConnectorV3& connector) {
  auto& spec = *connector.mutable_spec();
  spec.clear_clientsecret();
  spec.clear_googleserviceaccount();
  if (spec.has_mfasettings()) spec.mutable_mfasettings()->clear_client_secret();
}

void RemoveSecrets(types::SAMLConnectorV2& connector) {
  auto& spec = *connector.mutable_spec();
  if (spec.has_signingkeypair()) spec.mutable_signingkeypair()->clear_privatekey();
  if (spec.has_encryptionkeypair()) spec.mutable_encryptionkeypair()->clear_privatekey();
}

}  // namespace sallyport
