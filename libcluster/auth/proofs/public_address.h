// Tells public addresses of the network from others: a server that fetches what others name must not reach its own host
// or its own network (RFC 6890, RFC 8190).
#pragma once

#include <string_view>

namespace sallyport {

// Returns whether an IPv4 or IPv6 address is public: neither loopback, link-local, private, shared, multicast,
// unspecified nor reserved. An IPv6 address with an IPv4 address inside (mapped, NAT64, 6to4) counts as that one. A
// text that is no address is not public.
bool IsPublicAddress(std::string_view address);

}  // namespace sallyport
