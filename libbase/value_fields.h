// Fields of maps that others wrote: what is absent, or of another type, reads as empty.
#pragma once

#include <string>
#include <string_view>

#include "libbase/value.h"

namespace sallyport {

// Returns the text at a key of a map; "" when there is none.
std::string TextAt(const Value& map, std::string_view key);

}  // namespace sallyport
