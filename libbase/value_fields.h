// Fields of maps that others wrote: what is absent, or of another type, reads as empty.
#pragma once

#include <string>
#include <string_view>

#include "libbase/value.h"

namespace sallyport {

// Returns the text at a key of a map; "" when there is none.
std::string TextAt(const Value& map, std::string_view key);
// The same of a map that may be absent (nullptr).
std::string TextAt(const Value* map, std::string_view key);
// The same with the key in any case, as Go's JSON reads it.
std::string TextIgnoringCase(const Value& map, std::string_view key);

// Returns where a value stands in a text: "SOURCE:LINE", or the source alone for a value that was not read from one.
std::string PlaceIn(std::string_view source, const Value& value);

}  // namespace sallyport
