#include "libbase/address.h"

#include <arpa/inet.h>

#include "libbase/whole_number.h"

namespace sallyport {

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

}  // namespace sallyport
