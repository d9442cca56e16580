// Reads and writes network addresses as text.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  int port = 0;
};

// Splits "HOST:PORT" ("[::1]:80" too). An absent port is `default_port`. Fails with kBadParameter unless the port is a
// number up to 65535.
Result<HostPort> ParseHostPort(std::string_view text, int default_port);

// Returns "HOST:PORT", with brackets around an IPv6 host.
std::string FormatHostPort(const HostPort& address);

// Returns whether a host is an IPv4 or IPv6 address (without brackets) rather than a name.
bool IsIpAddress(const std::string& host);

// Returns whether a text is a range of addresses: "10.0.0.0/8", "fd00::/8".
bool IsAddressRange(std::string_view text);

// Returns whether an address is in a range of its own family; an IPv4 address that is mapped into IPv6 is an IPv4
// address. Texts of another form are in no range.
bool IsInAddressRange(const std::string& address, std::string_view range);

}  // namespace sallyport
