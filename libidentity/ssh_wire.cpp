#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

// Writes the lowest `count` bytes of a number, highest first.
void AppendBigEndian(std::string& out, std::uint64_t value, int count) {
  for (int shift = (count - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint64_t FromBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

bool HasHighBit(std::string_view bytes) { return !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80) != 0; }

}  // namespace

SshWriter& SshWriter::Byte(std::uint8_t value) {
  bytes_ += static_cast<char>(value);
  return *this;
}

SshWriter& SshWriter::Uint32(std::uint32_t value) {
  AppendBigEndian(bytes_, value, 4);
  return *this;
}

SshWriter& SshWriter::Uint64(std::uint64_t value) {
  AppendBigEndian(bytes_, value, 8);
  return *this;
}

SshWriter& SshWriter::String(std::string_view bytes) {
  Uint32(static_cast<std::uint32_t>(bytes.size()));
  return Raw(bytes);
}

SshWriter& SshWriter::Mpint(std::string_view big_endian) {
  big_endian.remove_prefix(std::min(big_endian.find_first_not_of('\0'), big_endian.size()));
  Uint32(static_cast<std::uint32_t>(big_endian.size() + (HasHighBit(big_endian) ? 1 : 0)));
  if (HasHighBit(big_endian)) Byte(0);
  return Raw(big_endian);
}

SshWriter& SshWriter::Raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

Result<std::string_view> SshReader::Raw(std::size_t count) {
  if (count > rest_.size()) {
    return Fail(ErrorKind::kBadParameter, "SSH data ends early: expected {} bytes, found {}", count, rest_.size());
  }
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

Result<std::uint8_t> SshReader::Byte() {
  ASSIGN_OR_RETURN(const std::string_view bytes, Raw(1));
  return static_cast<std::uint8_t>(bytes[0]);
}

Result<std::uint32_t> SshReader::Uint32() {
  ASSIGN_OR_RETURN(const std::string_view bytes, Raw(4));
  return static_cast<std::uint32_t>(FromBigEndian(bytes));
}

Result<std::uint64_t> SshReader::Uint64() {
  ASSIGN_OR_RETURN(const std::string_view bytes, Raw(8));
  return FromBigEndian(bytes);
}

Result<std::string_view> SshReader::String() {
  const std::string_view before = rest_;
  ASSIGN_OR_RETURN(const std::uint32_t size, Uint32());
  auto bytes = Raw(size);
  if (!bytes) rest_ = before;
  return bytes;
}

Result<std::string_view> SshReader::Mpint() {
  const std::string_view before = rest_;
  ASSIGN_OR_RETURN(std::string_view bytes, String());
  const bool negative = HasHighBit(bytes);
  const bool padded = bytes.starts_with('\0');
  if (padded) bytes.remove_prefix(1);
  if (negative || (padded && !HasHighBit(bytes))) {
    rest_ = before;
    return Fail(ErrorKind::kBadParameter, "SSH number is {}", negative ? "negative" : "not minimal");
  }
  return bytes;
}

}  // namespace sallyport
