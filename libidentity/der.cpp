#include "libidentity/der.h"

#include <charconv>
#include <limits>

namespace sallyport {
namespace {

constexpr int kMaxLengthBytes = 4;

// Writes a number with seven bits a byte, all but the last marked.
void AppendBase128(std::string& out, std::uint64_t value) {
  int shift = 63;
  while (shift > 0 && value >> shift == 0) shift -= 7;
  for (; shift > 0; shift -= 7) out += static_cast<char>((value >> shift & 0x7f) | 0x80);
  out += static_cast<char>(value & 0x7f);
}

Result<std::uint64_t> TakeArc(std::string_view& dotted) {
  std::uint64_t arc = 0;
  const auto [end, error] = std::from_chars(dotted.data(), dotted.data() + dotted.size(), arc);
  if (error != std::errc() || arc > std::numeric_limits<std::uint32_t>::max()) {
    return Fail(ErrorKind::kBadParameter, "object identifier is broken");
  }
  dotted.remove_prefix(static_cast<std::size_t>(end - dotted.data()));
  return arc;
}

// Takes a seven-bit number off the text.
Result<std::uint64_t> TakeBase128(std::string_view& text) {
  std::uint64_t value = 0;
  if (text.starts_with('\x80')) return Fail(ErrorKind::kBadParameter, "object identifier has a padded number");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    value = value << 7 | (byte & 0x7f);
    if (value > std::numeric_limits<std::uint32_t>::max()) break;
    if ((byte & 0x80) != 0) continue;
    text.remove_prefix(i + 1);
    return value;
  }
  return Fail(ErrorKind::kBadParameter, "object identifier is broken");
}

}  // namespace

std::string DerElement(DerTag tag, std::string_view contents) {
  std::string out(1, static_cast<char>(tag));
  if (contents.size() < 0x80) {
    out += static_cast<char>(contents.size());
  } else {
    std::string length;
    for (std::size_t left = contents.size(); left > 0; left >>= 8) {
      length.insert(length.begin(), static_cast<char>(left & 0xff));
    }
    out += static_cast<char>(0x80 | length.size());
    out += length;
  }
  out += contents;
  return out;
}

Result<std::string> EncodeOid(std::string_view dotted) {
  ASSIGN_OR_RETURN(const std::uint64_t first, TakeArc(dotted));
  if (!dotted.starts_with('.')) return Fail(ErrorKind::kBadParameter, "object identifier is broken");
  dotted.remove_prefix(1);
  ASSIGN_OR_RETURN(const std::uint64_t second, TakeArc(dotted));
  if (first > 2 || (first < 2 && second > 39)) return Fail(ErrorKind::kBadParameter, "object identifier is broken");
  std::string contents;
  AppendBase128(contents, first * 40 + second);
  while (!dotted.empty()) {
    if (dotted[0] != '.') return Fail(ErrorKind::kBadParameter, "object identifier is broken");
    dotted.remove_prefix(1);
    ASSIGN_OR_RETURN(const std::uint64_t arc, TakeArc(dotted));
    AppendBase128(contents, arc);
  }
  return contents;
}

Result<std::string> DecodeOid(std::string_view contents) {
  ASSIGN_OR_RETURN(const std::uint64_t start, TakeBase128(contents));
  const std::uint64_t first = start < 80 ? start / 40 : 2;
  std::string dotted = fmt::format("{}.{}", first, start - first * 40);
  while (!contents.empty()) {
    ASSIGN_OR_RETURN(const std::uint64_t arc, TakeBase128(contents));
    dotted += fmt::format(".{}", arc);
  }
  return dotted;
}

Result<DerItem> DerReader::Next() {
  const auto broken = Fail(ErrorKind::kBadParameter, "DER is truncated or broken");
  if (rest_.size() < 2 || (rest_[0] & 0x1f) == 0x1f) return broken;
  std::size_t header = 2;
  std::size_t length = static_cast<unsigned char>(rest_[1]);
  if (length >= 0x80) {
    const std::size_t count = length & 0x7f;
    if (count == 0 || count > kMaxLengthBytes || rest_.size() < header + count || rest_[header] == 0) return broken;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | static_cast<unsigned char>(rest_[header + i]);
    if (length < 0x80) return broken;
    header += count;
  }
  if (length > rest_.size() - header) return broken;
  const DerItem item{static_cast<DerTag>(rest_[0]), rest_.substr(header, length)};
  rest_.remove_prefix(header + length);
  return item;
}

Result<std::string_view> DerReader::Next(DerTag tag) {
  ASSIGN_OR_RETURN(const DerItem item, Next());
  if (item.tag != tag) return Fail(ErrorKind::kBadParameter, "DER holds another element than expected");
  return item.contents;
}

}  // namespace sallyport
