#include "libcluster/net/source.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "libbase/address.h"

namespace sallyport {
namespace {

constexpr std::size_t kHostBytes = 8;  // of an IPv6 address, behind its /64

std::string Text(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr ? std::string() : std::string(text.data());
}

}  // namespace

std::string SourceOf(std::string_view remote_address) {
  const auto parsed = ParseHostPort(remote_address, 0);
  std::string host = parsed ? parsed->host : std::string(remote_address);
  const std::string address = host.substr(0, host.find('%'));  // without the zone
  in6_addr six{};
  if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return host;

  if (IN6_IS_ADDR_V4MAPPED(&six)) return Text(AF_INET, six.s6_addr + sizeof six.s6_addr - sizeof(in_addr));
  std::memset(six.s6_addr + sizeof six.s6_addr - kHostBytes, 0, kHostBytes);
  return Text(AF_INET6, &six) + "/64";
}

}  // namespace sallyport
