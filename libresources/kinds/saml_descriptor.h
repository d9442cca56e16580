// Reads the metadata XML of a SAML identity provider, as far as a connector needs it.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct SamlDescriptor {
  std::string entity_id;  // the issuer
  std::string sso_url;    // the login URL; empty when missing
};

// Reads an EntityDescriptor: its entityID, and the first SingleSignOnService of its IDPSSODescriptor. Fails with
// kBadParameter when the text is not such XML, or declares a document type (refused for safety).
Result<SamlDescriptor> ParseSamlDescriptor(std::string_view xml);

}  // namespace sallyport
