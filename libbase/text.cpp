#include "libbase/text.h"

#include "libbase/control.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace sallyport {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The meaning of a leading byte: the length of the character, the bits it carries, the lowest value of that length.
struct LeadingByte {
  unsigned char mask;
  unsigned char pattern;
  std::size_t bytes;
  char32_t lowest;
};
constexpr LeadingByte kLeadingBytes[] = {
    {0x80, 0x00, 1, 0},
    {0xE0, 0xC0, 2, 0x80},
    {0xF0, 0xE0, 3, 0x800},
    {0xF8, 0xF0, 4, 0x10000},
};

std::string Escaped(unsigned char byte) {
  switch (byte) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return fmt::format("\\x{:02x}", byte);
  }
}

template <typename Words>
std::optional<std::string> Closest(std::string_view word, const Words& candidates) {
  std::size_t best = std::max<std::size_t>(word.size() / 3, 1) + 1;
  std::optional<std::string> closest;
  for (const auto& candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best) {
      best = distance;
      closest = std::string(candidate);
    }
  }
  return closest;
}

}  // namespace

CodePoint FirstCodePoint(std::string_view text) {
  constexpr CodePoint kInvalid{.value = 0xFFFD, .bytes = 1, .valid = false};
  const auto first = static_cast<unsigned char>(text.front());

  for (const LeadingByte& lead : kLeadingBytes) {
    if ((first & lead.mask) != lead.pattern) continue;
    if (text.size() < lead.bytes) return kInvalid;
    char32_t value = first & static_cast<unsigned char>(~lead.mask);
    for (std::size_t i = 1; i < lead.bytes; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      if ((next & 0xC0) != 0x80) return kInvalid;
      value = (value << 6) | (next & 0x3F);
    }
    if (value < lead.lowest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return kInvalid;
    return {.value = value, .bytes = lead.bytes, .valid = true};
  }
  return kInvalid;
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (!next.valid) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

std::string ToValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    valid += next.valid ? text.substr(0, next.bytes) : kReplacement;
    text.remove_prefix(next.bytes);
  }
  return valid;
}

std::string StripControl(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (!next.valid || IsControlCode(next.value)) {
      safe += Escaped(next.valid ? static_cast<unsigned char>(next.value) : static_cast<unsigned char>(text.front()));
    } else if (!IsControl(next.value)) {
      safe += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return safe;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Rows i-2, i-1 and i of the matrix of optimal string alignment.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;

  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::optional<std::string> DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  return Closest(word, candidates);
}

std::optional<std::string> DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  return Closest(word, candidates);
}

std::vector<std::string> SplitNonEmpty(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return parts;
}

std::string ShellQuoted(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

bool IsOneOf(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool IsUuid(std::string_view text) {
  constexpr std::size_t kLength = 36;
  if (text.size() != kLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

}  // namespace sallyport
