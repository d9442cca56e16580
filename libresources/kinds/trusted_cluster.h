// Rules of trusted clusters: what a leaf cluster knows of its root.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow TrustedClusterKind();

}  // namespace sallyport
