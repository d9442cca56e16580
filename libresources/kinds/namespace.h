// Namespaces: every cluster has one, "default", and nobody makes others.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns the row of the kind.
KindRow NamespaceKind();

}  // namespace sallyport
