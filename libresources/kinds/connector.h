// Rules of the connectors by which users log in elsewhere: github, oidc, saml. Their secrets are shown to those only
// who ask for them and may read them.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace types {
class GithubConnectorV3;
class OIDCConnectorV3;
class SAMLConnectorV2;
}  // namespace types

namespace sallyport {

// Takes client secrets, service accounts and private keys out.
void RemoveSecrets(types::GithubConnectorV3& connector);
void RemoveSecrets(types::OIDCConnectorV3& connector);
void RemoveSecrets(types::SAMLConnectorV2& connector);

// Return the rows of the kinds.
KindRow GithubConnectorKind();
KindRow OidcConnectorKind();
KindRow SamlConnectorKind();

}  // namespace sallyport
