// Validates the connectors for logins with external identity providers: github, oidc, saml. Secrets of connectors are
// returned only to a caller who asks for them and may read them.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace types {
class GithubConnectorV3;
class OIDCConnectorV3;
class SAMLConnectorV2;
}  // namespace types

namespace sallyport {

// Removes client secrets, service accounts and private keys.
void RemoveSecrets(types::GithubConnectorV3& connector);
void RemoveSecrets(types::OIDCConnectorV3& connector);
void RemoveSecrets(types::SAMLConnectorV2& connector);

// Return the rows of the kinds.
KindRow GithubConnectorKind();
KindRow OidcConnectorKind();
KindRow SamlConnectorKind();

}  // namespace sallyport
