// Rules of certificate authorities as resources.
#pragma once

#include <span>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds.h"

namespace sallyport {

// Validates an authority: type, cluster name, and the kinds of keys that its type needs. Fails with kBadParameter.
Status CheckCertAuthority(google::protobuf::Message& resource);

std::span<const TextColumn> CertAuthorityColumns();

// Returns the types of authorities, in the order in which they are shown.
std::span<const std::string_view> CertAuthorityTypes();

}  // namespace sallyport
