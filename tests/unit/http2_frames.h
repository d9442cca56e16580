// Makes frames of HTTP/2 as the other side sends them (RFC 9113 section 4.1), with uncompressed fields (RFC 7541
// section 6.2.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/http2_connection.h"

namespace sallyport::test {

enum class FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8
};
inline constexpr std::uint8_t kEndStream = 1;
inline constexpr std::uint8_t kAck = 1;
inline constexpr std::uint8_t kEndHeaders = 4;

inline std::string BigEndian(std::uint32_t number, int bytes) {
  std::string text;
  for (int at = bytes - 1; at >= 0; --at) text += static_cast<char>(number >> (8 * at));
  return text;
}

inline std::string Frame(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload = "") {
  return BigEndian(static_cast<std::uint32_t>(payload.size()), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         BigEndian(stream, 4) + std::string(payload);
}

inline std::string HeadersFrame(std::uint32_t stream, const HeaderFields& fields, bool last) {
  std::string block;
  for (const auto& [name, value] : fields) {
    block += '\0';
    block += static_cast<char>(name.size());
    block += name;
    block += static_cast<char>(value.size());
    block += value;
  }
  return Frame(FrameType::kHeaders, kEndHeaders | (last ? kEndStream : 0), stream, block);
}

}  // namespace sallyport::test
