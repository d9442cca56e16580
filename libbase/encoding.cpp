#include "libbase/encoding.h"

#include <array>
#include <cstdint>

namespace sallyport {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::int8_t kNoDigit = -1;
using Digits = std::array<std::int8_t, 256>;

constexpr Digits DigitsOf(std::string_view alphabet, bool ignore_case) {
  Digits digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    const char c = alphabet[i];
    digits[static_cast<unsigned char>(c)] = static_cast<std::int8_t>(i);
    if (!ignore_case) continue;
    if (c >= 'A' && c <= 'Z') digits[static_cast<unsigned char>(c - 'A' + 'a')] = static_cast<std::int8_t>(i);
    if (c >= 'a' && c <= 'z') digits[static_cast<unsigned char>(c - 'a' + 'A')] = static_cast<std::int8_t>(i);
  }
  return digits;
}

constexpr Digits kBase64Digits = DigitsOf(kBase64, false);
constexpr Digits kBase64UrlDigits = DigitsOf(kBase64Url, false);
constexpr Digits kBase32Digits = DigitsOf(kBase32, true);
constexpr Digits kHexDigits = DigitsOf(kHex, true);

// Writes bytes as digits of `bits` bits each, the last one filled up with zero bits.
std::string Encode(std::string_view bytes, std::string_view alphabet, unsigned bits) {
  std::string text;
  text.reserve((bytes.size() * 8 + bits - 1) / bits);
  unsigned held = 0;
  unsigned held_bits = 0;
  const unsigned mask = (1U << bits) - 1;

  for (const unsigned char byte : bytes) {
    held = (held << 8 | byte) & 0xffff;
    held_bits += 8;
    while (held_bits >= bits) {
      held_bits -= bits;
      text += alphabet[held >> held_bits & mask];
    }
  }
  if (held_bits > 0) text += alphabet[held << (bits - held_bits) & mask];
  return text;
}

struct Base {
  std::string_view name;
  const Digits& digits;
  unsigned bits;
  std::size_t group;  // the digits of a group of whole bytes, up to which padding fills
};

// Takes off the padding. When there is any it must fill up the last group.
Result<std::string_view> WithoutPadding(std::string_view text, const Base& base) {
  const std::size_t end = text.find_last_not_of('=') + 1;  // npos + 1 is 0
  if (end == text.size()) return text;
  if (text.size() % base.group != 0 || text.size() - end >= base.group) {
    return Fail(ErrorKind::kBadParameter, "{} text has wrong padding", base.name);
  }
  return text.substr(0, end);
}

Result<std::string> Decode(std::string_view padded, const Base& base) {
  ASSIGN_OR_RETURN(const std::string_view text, WithoutPadding(padded, base));

  std::string bytes;
  bytes.reserve(text.size() * base.bits / 8);
  unsigned held = 0;
  unsigned held_bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::int8_t digit = base.digits[static_cast<unsigned char>(text[i])];
    if (digit == kNoDigit) {
      return Fail(ErrorKind::kBadParameter, "{} text has a wrong character at position {}", base.name, i + 1);
    }
    held = (held << base.bits | static_cast<unsigned>(digit)) & 0xffff;
    held_bits += base.bits;
    if (held_bits >= 8) {
      held_bits -= 8;
      bytes += static_cast<char>(held >> held_bits & 0xff);
    }
  }

  // The remaining bits must be zero and fewer than a digit has, otherwise two texts would mean the same bytes.
  if (held_bits >= base.bits) return Fail(ErrorKind::kBadParameter, "{} text has a wrong length", base.name);
  if ((held & ((1U << held_bits) - 1)) != 0) {
    return Fail(ErrorKind::kBadParameter, "{} text does not end in zero bits", base.name);
  }
  return bytes;
}

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string text = Encode(bytes, kBase64, 6);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string ToBase64Url(std::string_view bytes) { return Encode(bytes, kBase64Url, 6); }
std::string ToBase32(std::string_view bytes) { return Encode(bytes, kBase32, 5); }
std::string ToHex(std::string_view bytes) { return Encode(bytes, kHex, 4); }

Result<std::string> FromBase64(std::string_view text) { return Decode(text, {"base64", kBase64Digits, 6, 4}); }
Result<std::string> FromBase64Url(std::string_view text) { return Decode(text, {"base64url", kBase64UrlDigits, 6, 4}); }
Result<std::string> FromBase32(std::string_view text) { return Decode(text, {"base32", kBase32Digits, 5, 8}); }

Result<std::string> FromHex(std::string_view text) { return Decode(text, {"hexadecimal", kHexDigits, 4, 2}); }

}  // namespace sallyport
