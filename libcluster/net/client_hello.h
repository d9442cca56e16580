// Parses a TLS client's hello: server name and application protocols. The first bytes of a connection are read without
// consuming them, to choose the service (RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct ClientHello {
  std::string server_name;             // lower case; empty when none was sent
  std::vector<std::string> protocols;  // in the client's order
};

// The most bytes that ParseClientHello needs: a whole TLS record.
inline constexpr std::size_t kMaxClientHelloBytes = 5 + 16384;

// Reads the hello from the first bytes of a connection. When bytes are missing, returns the necessary total in
// `needed_bytes` (at most kMaxClientHelloBytes); otherwise needed_bytes is 0. Fails with kBadParameter when the bytes
// are no TLS hello, or one that spans several records.
struct ClientHelloResult {
  std::size_t needed_bytes = 0;
  ClientHello hello;
};
Result<ClientHelloResult> ParseClientHello(std::string_view bytes);

}  // namespace sallyport
