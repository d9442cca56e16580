// Where unknown callers come from, as limits count them.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

// Returns the source of an address "192.0.2.1:4711" or "[2001:db8::1]:4711": an IPv4 address as it is, also when it is
// written inside of an IPv6 address; of an IPv6 address the /64 that it is in, since whoever has one address has all
// of those. A text that is no address is a source by itself.
std::string SourceOf(std::string_view remote_address);

}  // namespace sallyport
