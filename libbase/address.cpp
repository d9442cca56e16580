#include "libbase/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr std::size_t kIpv4Bytes = 4;

// The bytes of an address in network order: 4 or 16.
struct AddressBytes {
  std::array<std::uint8_t, sizeof(in6_addr)> bytes{};
  std::size_t size = 0;
};

std::optional<AddressBytes> BytesOfAddress(const std::string& text) {
  AddressBytes address;
  address.size = kIpv4Bytes;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;

  in6_addr six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six) != 1) return std::nullopt;
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&six);
  address.size = is_mapped ? kIpv4Bytes : sizeof six;
  const auto* const end = six.s6_addr + sizeof six;
  std::copy(end - address.size, end, address.bytes.begin());
  return address;
}

}  // namespace

Result<HostPort> ParseHostPort(std::string_view text, int default_port) {
  HostPort result{std::string(text), default_port};
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  const bool plain_ipv6 = !text.starts_with('[') && text.find(':') != colon;
  if (colon != std::string_view::npos && !plain_ipv6 && (bracket == std::string_view::npos || colon > bracket)) {
    const auto digits = text.substr(colon + 1);
    result.host = text.substr(0, colon);
    result.port = ReadWholeNumber<int>(digits).value_or(-1);
    if (result.port < 0 || result.port > 65535) {
      return Fail(ErrorKind::kBadParameter, "\"{}\" is not an address: the port must be a number up to 65535", text);
    }
  }
  if (result.host.starts_with('[') && result.host.ends_with(']')) {
    result.host = result.host.substr(1, result.host.size() - 2);
  }
  return result;
}

std::string FormatHostPort(const HostPort& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", address.host, address.port) : fmt::format("{}:{}", address.host, address.port);
}

bool IsIpAddress(const std::string& host) {
  in6_addr buffer;
  return ::inet_pton(AF_INET, host.c_str(), &buffer) == 1 || ::inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

bool IsAddressRange(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string host(text.substr(0, slash));
  const auto bits = ReadWholeNumber<unsigned>(text.substr(slash + 1));
  return bits && IsIpAddress(host) && *bits <= (host.contains(':') ? 128U : 32U);
}

bool IsInAddressRange(const std::string& address, std::string_view range) {
  if (!IsAddressRange(range)) return false;
  const auto slash = range.find('/');
  const auto one = BytesOfAddress(address);
  const auto base = BytesOfAddress(std::string(range.substr(0, slash)));
  const auto bits = *ReadWholeNumber<unsigned>(range.substr(slash + 1));
  if (!one || !base || one->size != base->size || bits > one->size * 8) return false;

  for (unsigned bit = 0; bit < bits; ++bit) {
    const auto differs = static_cast<unsigned>(one->bytes[bit / 8] ^ base->bytes[bit / 8]);
    if ((differs >> (7 - bit % 8) & 1U) != 0) return false;
  }
  return true;
}

}  // namespace sallyport
