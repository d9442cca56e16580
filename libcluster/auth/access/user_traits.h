// Traits in their three forms: of the stored user, of certificates, and as roles' templates read them.
#pragma once

#include "libidentity/traits.h"
#include "libresources/matching/templates.h"

namespace types {
class UserV2;
}

namespace sallyport {

// An empty list is null in a certificate, and so is an empty map.
Traits TraitsOf(const types::UserV2& user);

TraitMap ToTraitMap(const Traits& traits);

}  // namespace sallyport
