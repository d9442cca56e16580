// Fetches the keys of an issuer of ID tokens: its discovery document, then the key set that the document names
// (docs/protocol/joining.md#kubernetes). The issuer is of a token resource, so an administrator chose it; what it
// answers can name any host, and is restricted.
#pragma once

#include <chrono>
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libclient/network.h"
#include "libidentity/jwk.h"

namespace sallyport {

struct Issuer {
  std::string url;             // "https://issuer.example.com/path", as in the tokens
  bool allow_http = false;     // a URL without TLS
  bool allow_private = false;  // addresses that are not public
  auto operator<=>(const Issuer&) const = default;
};

// The limits of a fetch.
inline constexpr std::chrono::seconds kIssuerConnectTime{5};
inline constexpr std::chrono::seconds kIssuerAnswerTime{10};

// The parts of a URL.
struct IssuerUrl {
  bool use_tls = true;
  std::string host;
  int port = 443;
  std::string path;  // with the query; "" for none
};
// Reads a URL. Fails with kBadParameter: another scheme, user names, fragments, control characters, no host.
Result<IssuerUrl> ParseIssuerUrl(std::string_view text);

// Returns the keys of an issuer. Follows no redirect, uses no proxy, and connects to public addresses alone, unless the
// issuer allows others. Blocks for at most half a minute, and while the system looks up names. `network` has the
// trusted authorities.
//
// Fails with kBadParameter and kAccessDenied (URLs and addresses that are not allowed, another issuer in the document,
// no keys), kConnectionProblem, kLimitExceeded and the kinds of HTTP status; for the audit log, not for strangers.
Result<std::vector<JsonWebKey>> FetchIssuerKeys(const Issuer& issuer, const NetworkSettings& network);

}  // namespace sallyport
