// How tctl reads and removes access requests as resources.
#pragma once

#include "tools/tctl/kind_calls.h"

namespace sallyport {

// The row of the kind: requests are asked for by `tctl requests create`, not written.
KindCalls AccessRequestCalls();

}  // namespace sallyport
