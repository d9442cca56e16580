// Validates namespaces: every cluster has only the namespace "default".
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow NamespaceKind();

}  // namespace sallyport
