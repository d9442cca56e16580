// Validates discovery configs, which say what discovery services search for in clouds.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow DiscoveryConfigKind();

}  // namespace sallyport
