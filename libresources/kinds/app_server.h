// Validates the servers that announce applications.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow AppServerKind();

}  // namespace sallyport
