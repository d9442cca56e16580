// Encodes and decodes percent-encoding (RFC 3986 section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// The characters beside letters and digits that a URL never encodes (RFC 3986 section 2.3).
inline constexpr std::string_view kUnreservedMarks = "-._~";

// Returns the text with each byte as %XX, upper case, except ASCII letters, digits and the characters of `plain`.
std::string PercentEncoded(std::string_view text, std::string_view plain);

// Returns the text with each %XX as its byte, or nothing when an escape is malformed.
std::optional<std::string> PercentDecoded(std::string_view text);

}  // namespace sallyport
