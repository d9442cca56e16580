// Rules of the connectors by which users log in elsewhere: github, oidc, saml. Their secrets are shown to those only
// who ask for them and may read them.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace types {
class GithubConnectorV3;
class OIDCConnectorV3;
class SAMLConnectorV2;
}  // namespace types

namespace sallyport {

// Each fills in defaults and validates; kBadParameter says what is wrong.
Status CheckGithubConnector(google::protobuf::Message& resource);
Status CheckOidcConnector(google::protobuf::Message& resource);
Status CheckSamlConnector(google::protobuf::Message& resource);

std::span<const TextColumn> GithubConnectorColumns();
std::span<const TextColumn> OidcConnectorColumns();
std::span<const TextColumn> SamlConnectorColumns();

// Takes client secrets, service accounts and private keys out.
void RemoveSecrets(types::GithubConnectorV3& connector);
void RemoveSecrets(types::OIDCConnectorV3& connector);
void RemoveSecrets(types::SAMLConnectorV2& connector);

}  // namespace sallyport
