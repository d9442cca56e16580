// Validates applications as resources.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow AppKind();

}  // namespace sallyport
