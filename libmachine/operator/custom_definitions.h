// Makes the CustomResourceDefinitions of the operator's kinds, which an API server needs before it takes their objects
// (docs/protocol/operator.md#definitions).
#pragma once

#include <string>
#include <vector>

#include "libbase/value.h"

namespace sallyport {

// Returns one definition for each kind, with all versions of the kind, in the order of CustomKinds().
std::vector<Value> CustomDefinitions();

// Returns the definitions as a stream of YAML documents.
std::string CustomDefinitionsYaml();

}  // namespace sallyport
