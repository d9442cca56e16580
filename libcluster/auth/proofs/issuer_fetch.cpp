#include "libcluster/auth/proofs/issuer_fetch.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include "libbase/json.h"
#include "libbase/secret.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libclient/http/http_exchange.h"
#include "libclient/stream.h"
#include "libclient/tls.h"
#include "libcluster/auth/proofs/public_address.h"

namespace sallyport {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kDiscoveryPath = "/.well-known/openid-configuration";
constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::size_t kMaxIssuerAddresses = 16;

struct FreeAddressList {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// Returns the addresses of a host as text.
Result<std::vector<std::string>> AddressesOf(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    return Fail(ErrorKind::kConnectionProblem, "the host \"{}\" is not found: {}", host, ::gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, FreeAddressList> list(found);

  std::vector<std::string> addresses;
  for (const addrinfo* at = list.get(); at != nullptr && addresses.size() < kMaxIssuerAddresses; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    addresses.emplace_back(text.data());
  }
  return addresses;
}

// Connects to an address of the host that the issuer may have. The address that was checked is the one that is used.
Result<UniqueFd> ConnectToIssuer(const IssuerUrl& url, const Issuer& issuer, const NetworkSettings& network) {
  ASSIGN_OR_RETURN(const auto addresses, AddressesOf(url.host));
  Error last{ErrorKind::kAccessDenied, fmt::format("the host \"{}\" has no address", url.host), {}};
  const Deadline deadline = std::chrono::steady_clock::now() + kIssuerConnectTime;
  for (const std::string& address : addresses) {
    if (!issuer.allow_private && !IsPublicAddress(address)) {
      last = {ErrorKind::kAccessDenied,
              fmt::format("the host \"{}\" has the address {}, which is not public", url.host, address),
              {}};
      continue;
    }
    auto connected = ConnectTcp({address, url.port}, network, deadline);
    if (connected) return connected;
    last = std::move(connected).error();
  }
  return std::unexpected(std::move(last));
}

Result<std::unique_ptr<Stream>> OpenStream(const IssuerUrl& url, const Issuer& issuer, const NetworkSettings& network) {
  ASSIGN_OR_RETURN(UniqueFd fd, ConnectToIssuer(url, issuer, network));
  if (!url.use_tls) return std::make_unique<PlainStream>(std::move(fd));
  TlsOptions options;
  options.server_name = url.host;
  options.protocols = {"http/1.1"};
  const Deadline deadline = std::chrono::steady_clock::now() + kIssuerConnectTime;
  return TlsStream::Handshake(std::move(fd), options, network, FormatHostPort({url.host, url.port}), deadline);
}

Result<Value> GetJson(std::string_view text, const Issuer& issuer, const NetworkSettings& network) {
  ASSIGN_OR_RETURN(const IssuerUrl url, ParseIssuerUrl(text));
  if (!url.use_tls && !issuer.allow_http) {
    return Fail(ErrorKind::kBadParameter, "the URL \"{}\" does not begin with https://", StripControl(text));
  }
  ASSIGN_OR_RETURN(const auto stream, OpenStream(url, issuer, network));
  const bool usual = url.port == (url.use_tls ? 443 : 80);
  const HttpPeer peer{usual ? url.host : FormatHostPort({url.host, url.port}), "issuer", kMaxKeySetBytes};
  return ExchangeJson(*stream, "GET", url.path.empty() ? "/" : url.path, peer, Secret(), network);
}

}  // namespace

Result<IssuerUrl> ParseIssuerUrl(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return Fail(ErrorKind::kBadParameter, "the URL \"{}\" {}", StripControl(text.substr(0, kMaxUrlBytes)), why);
  };
  if (text.size() > kMaxUrlBytes) return wrong("is too long");
  IssuerUrl url;
  url.use_tls = text.starts_with(kHttps);
  if (!url.use_tls && !text.starts_with(kHttp)) return wrong("does not begin with https://");
  std::string_view rest = text.substr(url.use_tls ? kHttps.size() : kHttp.size());

  const bool readable = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  if (!readable || rest.contains('#')) return wrong("has characters that an issuer's URL may not have");
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.contains('@')) return wrong("has a user name");
  const auto address = ParseHostPort(authority, url.use_tls ? 443 : 80);
  if (!address || address->host.empty() || address->port == 0) return wrong("has no host");

  url.host = address->host;
  url.port = address->port;
  url.path = rest.substr(end);
  if (url.path.starts_with('?')) url.path.insert(0, "/");
  return url;
}

Result<std::vector<JsonWebKey>> FetchIssuerKeys(const Issuer& issuer, const NetworkSettings& network) {
  NetworkSettings direct = network;
  direct.insecure = false;
  direct.https_proxy.clear();
  direct.timeout = kIssuerConnectTime;
  direct.answer_timeout = kIssuerAnswerTime;

  const std::string_view base = std::string_view(issuer.url).substr(0, issuer.url.find_last_not_of('/') + 1);
  ASSIGN_OR_RETURN(const Value document, GetJson(fmt::format("{}{}", base, kDiscoveryPath), issuer, direct));
  if (TextAt(document, "issuer") != issuer.url) {
    return Fail(ErrorKind::kAccessDenied, "the discovery document of the issuer names another issuer, \"{}\"",
                StripControl(TextAt(document, "issuer").substr(0, kMaxUrlBytes)));
  }
  ASSIGN_OR_RETURN(const Value keys, GetJson(TextAt(document, "jwks_uri"), issuer, direct));
  return ParseJsonWebKeys(ToJson(keys));
}

}  // namespace sallyport
