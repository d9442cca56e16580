// Handles text from outside: UTF-8 checks, text that is safe on a terminal, suggestions for misspelled words,
// splitting.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

// One character of UTF-8 text.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;  // how many bytes it took, at least 1
  bool valid = false;     // false: the bytes are not UTF-8 (RFC 3629); value is U+FFFD and bytes is 1
};
// Reads the character at the start of a text, which must not be empty.
CodePoint FirstCodePoint(std::string_view text);

// Returns whether a text is UTF-8 as of RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsValidUtf8(std::string_view text);
// Returns the text with each byte that is not UTF-8 replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

// Returns text that cannot move a cursor, start an escape sequence or change the direction of later text: control
// characters (C0, DEL, C1) and bytes that are not UTF-8 become \xNN or \n, \r, \t; the characters that override
// direction or end a line (libbase/control.h) are removed. Other text stays.
std::string StripControl(std::string_view text);

// Returns whether a character is one of 0 to 9.
constexpr bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }

// Returns the text with A to Z as a to z.
std::string LowerCase(std::string_view text);

// Takes the next line off the text, and returns a view of it without its newline.
std::string_view TakeLine(std::string_view& text);

// Returns whether a word is one of several.
bool IsOneOf(std::span<const std::string_view> words, std::string_view word);

// Returns how many insertions, removals, replacements and swaps of neighbours turn one text into the other.
std::size_t EditDistance(std::string_view a, std::string_view b);
// Returns the candidate closest to a word, or nothing when none is close (a third of its length, at least one change).
std::optional<std::string> DidYouMean(std::string_view word, std::span<const std::string_view> candidates);
std::optional<std::string> DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

// Returns the parts of a text between separators; empty ones are left out.
std::vector<std::string> SplitNonEmpty(std::string_view text, char separator);

// Returns a word in single quotes, for a shell.
std::string ShellQuoted(std::string_view word);

// Returns whether a text is a UUID: 36 characters, hexadecimal digits of either case and dashes.
bool IsUuid(std::string_view text);

}  // namespace sallyport
