// Reads whole numbers from text.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace sallyport {

// Returns the number that the whole text is, in digits of the base (2 to 36); nothing for an empty text, a sign "+",
// spaces, other characters, or a number that Number cannot hold. A sign "-" is read when Number is signed.
template <std::integral Number>
std::optional<Number> ReadWholeNumber(std::string_view text, int base = 10) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace sallyport
