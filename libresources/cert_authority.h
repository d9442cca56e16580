// Rules of certificate authorities as resources.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds.h"

namespace sallyport {

// Validates an authority: type, cluster name, and the kinds of keys that its type needs. Fails with kBadParameter.
Status CheckCertAuthority(google::protobuf::Message& resource);

std::span<const TextColumn> CertAuthorityColumns();

}  // namespace sallyport
