// Maps addresses of unknown callers to sources, by which limits count.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

// Returns the source of an address "192.0.2.1:4711" or "[2001:db8::1]:4711": an IPv4 address itself, also from an
// IPv4-mapped IPv6 address; the /64 of an IPv6 address, since its owner has all addresses of the /64. A text that is no
// address is its own source.
std::string SourceOf(std::string_view remote_address);

}  // namespace sallyport
