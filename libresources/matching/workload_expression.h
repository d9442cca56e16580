// Checks the expressions of workload identities' rules (spec.rules.allow[].expression) before they are stored: syntax,
// names of attributes, and types (docs/protocol/rbac.md#workload-identities).
#pragma once

#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// Fails with kBadParameter, and the column where it is known: for a syntax error, an attribute that workloads do not
// have, an unknown function, or an argument of another type than the function takes.
Status CheckWorkloadExpression(std::string_view text);

}  // namespace sallyport
