// Resolves YAML plain scalars, for the reader, and for the writer, which must quote strings that resolve to another
// type.
#pragma once

#include <string_view>

#include "libbase/value.h"

namespace sallyport {

// Returns the value of a plain scalar as Go's yaml.v2 resolves it: null (empty, ~, null), bools (y, yes, true, on and
// their opposites, in lower, upper and title case), integers (decimal, 0x, 0o, 0b, a leading 0 for octal, underscores
// between digits), floats, else a string. Timestamps stay strings. A value other than a string keeps its source text.
Value ResolveYamlScalar(std::string_view text);

// Returns whether some reader of YAML 1.1 or 1.2 takes a plain scalar for something other than a string: besides the
// types above also timestamps, numbers in base 60, the keys = and <<.
bool LooksLikeAnotherYamlType(std::string_view text);

}  // namespace sallyport
