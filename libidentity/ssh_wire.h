// Writes and reads the data types of SSH messages, keys and certificates (RFC 4251 section 5): integers in network
// order, strings with a 32-bit length, non-negative multiple precision integers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

class SshWriter {
 public:
  SshWriter& Byte(std::uint8_t value);
  SshWriter& Uint32(std::uint32_t value);
  SshWriter& Uint64(std::uint64_t value);
  SshWriter& String(std::string_view bytes);
  // Writes an unsigned big-endian number as an mpint: no leading zeros but the one that keeps it positive.
  SshWriter& Mpint(std::string_view big_endian);
  SshWriter& Raw(std::string_view bytes);

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads from a text that must outlive the reader; views point into that text. Each read fails with kBadParameter at the
// end of the text and then keeps the position.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}
  Result<std::uint8_t> Byte();
  Result<std::uint32_t> Uint32();
  Result<std::uint64_t> Uint64();
  Result<std::string_view> String();
  // Returns the magnitude without leading zeros. Negative and non-minimal numbers are refused.
  Result<std::string_view> Mpint();
  Result<std::string_view> Raw(std::size_t count);

  bool AtEnd() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace sallyport
