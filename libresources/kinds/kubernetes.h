// Validates Kubernetes clusters and the servers that connect to them.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Return the rows of the kinds.
KindRow KubeClusterKind();
KindRow KubeServerKind();

}  // namespace sallyport
