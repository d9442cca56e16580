// Writes and reads JSON inside certificates, byte for byte as Go's encoding/json, because these texts are compared and
// signed. Internal to this library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

// Returns a quoted string: < > & and the line separators U+2028 and U+2029 are escaped, bytes that are not UTF-8 become
// the escape of U+FFFD.
std::string GoJsonString(std::string_view text);
// Returns a list of strings without spaces.
std::string GoJsonStrings(const std::vector<std::string>& items);

// Reads a list of strings as Go decodes it: null is no items, a null item is an empty text. Fails with kBadParameter.
Result<std::vector<std::string>> ParseJsonStrings(std::string_view json);
// Reads an object with a list of strings below `key`; other keys do not matter. Fails with kBadParameter.
Result<std::vector<std::string>> ParseJsonStringsBelow(std::string_view json, std::string_view key);
// Fails with kBadParameter unless the text is a JSON object.
Status CheckJsonObject(std::string_view json);

}  // namespace sallyport
