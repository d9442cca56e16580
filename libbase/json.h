// JSON text <-> Value. Reading wraps nlohmann_json, with a limit on size and depth; writing is our own code, so that
// the output is always JSON: valid UTF-8 (bad bytes become U+FFFD), no NaN, no trailing text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

struct JsonLimits {
  std::size_t max_bytes = 10 << 20;
  int max_depth = 64;
};

// Reads one JSON document. Fails with kBadParameter and "line:column: reason"; duplicate keys are refused. Numbers that
// do not fit int64 become doubles.
Result<Value> ParseJson(std::string_view text, JsonLimits limits = {});

struct JsonStyle {
  int indent = 0;            // spaces a level; 0 writes one line without spaces
  bool escape_html = false;  // write < > & as \u003c \u003e \u0026, as Go does
};

// Writes a value. Writes control characters (libbase/control.h, IsControl) as escapes. No newline at the end.
std::string ToJson(const Value& value, JsonStyle style = {});

}  // namespace sallyport
