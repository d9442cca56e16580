// Validates trusted clusters: the resources by which a leaf cluster trusts its root.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow TrustedClusterKind();

}  // namespace sallyport
