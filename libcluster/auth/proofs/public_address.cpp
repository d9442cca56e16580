#include "libcluster/auth/proofs/public_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace sallyport {
namespace {

using Ipv6 = std::array<std::uint8_t, 16>;

struct Ipv4Range {
  std::uint32_t base;
  int bits;
};

constexpr std::uint32_t Ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array kNotPublicIpv4{
    Ipv4Range{Ip(0, 0, 0, 0), 8},        // this network
    Ipv4Range{Ip(10, 0, 0, 0), 8},       // private
    Ipv4Range{Ip(100, 64, 0, 0), 10},    // shared
    Ipv4Range{Ip(127, 0, 0, 0), 8},      // loopback
    Ipv4Range{Ip(169, 254, 0, 0), 16},   // link-local, with the metadata of clouds
    Ipv4Range{Ip(172, 16, 0, 0), 12},    // private
    Ipv4Range{Ip(192, 0, 0, 0), 24},     // protocol assignments
    Ipv4Range{Ip(192, 0, 2, 0), 24},     // documentation
    Ipv4Range{Ip(192, 88, 99, 0), 24},   // 6to4 relays
    Ipv4Range{Ip(192, 168, 0, 0), 16},   // private
    Ipv4Range{Ip(198, 18, 0, 0), 15},    // benchmarks
    Ipv4Range{Ip(198, 51, 100, 0), 24},  // documentation
    Ipv4Range{Ip(203, 0, 113, 0), 24},   // documentation
    Ipv4Range{Ip(224, 0, 0, 0), 3},      // multicast, reserved, broadcast
};

bool IsPublicIpv4(std::uint32_t address) {
  return std::ranges::none_of(
      kNotPublicIpv4, [address](const Ipv4Range& range) { return (address ^ range.base) >> (32 - range.bits) == 0; });
}

struct Ipv6Prefix {
  std::array<std::uint8_t, 12> bytes;
  std::size_t size;
  std::size_t ipv4_at;  // where the IPv4 address inside begins
};

// Prefixes of IPv6 addresses that lead to an IPv4 address.
constexpr std::array kIpv4Inside{
    Ipv6Prefix{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 12, 12},     // mapped
    Ipv6Prefix{{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 12},  // NAT64
    Ipv6Prefix{{0x20, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 2, 2},       // 6to4
};

bool HasPrefix(const Ipv6& address, const Ipv6Prefix& prefix) {
  return std::equal(prefix.bytes.begin(), prefix.bytes.begin() + static_cast<std::ptrdiff_t>(prefix.size),
                    address.begin());
}

bool IsPublicIpv6(const Ipv6& address) {
  for (const Ipv6Prefix& prefix : kIpv4Inside) {
    if (!HasPrefix(address, prefix)) continue;
    const auto* const at = address.data() + prefix.ipv4_at;
    return IsPublicIpv4(Ip(at[0], at[1], at[2], at[3]));
  }
  // Only 2000::/3 is assigned to unicast addresses of everybody; 2001::/23 and 2001:db8::/32 are special.
  if ((address[0] & 0xe0) != 0x20) return false;
  const bool special = address[0] == 0x20 && address[1] == 0x01 && (address[2] & 0xfe) == 0;
  const bool documentation = address[0] == 0x20 && address[1] == 0x01 && address[2] == 0x0d && address[3] == 0xb8;
  return !special && !documentation;
}

}  // namespace

bool IsPublicAddress(std::string_view address) {
  const std::string text(address);
  in_addr ipv4{};
  if (::inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return IsPublicIpv4(ntohl(ipv4.s_addr));
  in6_addr ipv6{};
  if (::inet_pton(AF_INET6, text.c_str(), &ipv6) != 1) return false;
  Ipv6 bytes{};
  std::memcpy(bytes.data(), &ipv6, bytes.size());
  return IsPublicIpv6(bytes);
}

}  // namespace sallyport
