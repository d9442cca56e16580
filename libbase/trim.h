// Removes the space around a text: editors, shells and Windows leave space at the end of a file that holds one value.
#pragma once

#include <string_view>

namespace sallyport {

// Returns a view of the text without blanks, tabs and line ends (also CRLF) at its beginning and end.
constexpr std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace sallyport
