// What a SAML identity provider says of itself: the little of its XML that a connector needs.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct SamlDescriptor {
  std::string entity_id;  // the issuer
  std::string sso_url;    // where users log in; empty when it is not said
};

// Reads an EntityDescriptor: its entityID, and the first SingleSignOnService of its IDPSSODescriptor. kBadParameter
// when the text is no such XML, or declares a document type, which nothing good needs.
Result<SamlDescriptor> ParseSamlDescriptor(std::string_view xml);

}  // namespace sallyport
