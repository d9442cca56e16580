// Percent-encoding (RFC 3986 section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

// Returns the text with each byte as %XX, upper case, but for ASCII letters, digits and the characters of `plain`.
std::string PercentEncoded(std::string_view text, std::string_view plain);

}  // namespace sallyport
