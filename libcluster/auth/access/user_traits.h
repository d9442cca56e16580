// Converts traits between their three forms: of the stored user, of certificates, and of the templates of roles.
#pragma once

#include "libidentity/traits.h"
#include "libresources/matching/templates.h"

namespace types {
class UserV2;
}

namespace sallyport {

// Certificates encode an empty list and an empty map as null.
Traits TraitsOf(const types::UserV2& user);

TraitMap ToTraitMap(const Traits& traits);

}  // namespace sallyport
