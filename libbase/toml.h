// TOML 1.0 text -> Value. Wraps toml++.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

// Reads a document as a map; each value has its place in the text. Dates and times become their text. Fails with
// kBadParameter and "SOURCE:LINE:COLUMN: reason", and with kLimitExceeded for more than 1 MiB.
Result<Value> ParseToml(std::string_view text, std::string_view source);

}  // namespace sallyport
