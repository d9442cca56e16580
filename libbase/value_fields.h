// Reads fields of maps from outside: an absent field, or a field of another type, reads as empty.
#pragma once

#include <string>
#include <string_view>

#include "libbase/value.h"

namespace sallyport {

// Returns the text at a key of a map; "" when there is none.
std::string TextAt(const Value& map, std::string_view key);
// Works as TextAt above, for a map that may be absent (nullptr).
std::string TextAt(const Value* map, std::string_view key);
// Works as TextAt, with the key in any case, as Go's JSON decoder reads it.
std::string TextIgnoringCase(const Value& map, std::string_view key);

// Returns the place of a value: "SOURCE:LINE", or the source alone for a value that was not read from a text.
std::string PlaceIn(std::string_view source, const Value& value);

}  // namespace sallyport
