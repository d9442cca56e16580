#include "libclient/http/http_proxy.h"

#include <algorithm>

#include "libbase/percent_encoding.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::string_view kHint = "use the form HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT";

bool IsLocal(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.") || host.ends_with(".localhost");
}

// Returns whether an entry of NO_PROXY, in lower case, covers an address.
bool Covers(std::string_view entry, const HostPort& address) {
  if (entry == "*") return true;
  if (IsAddressRange(entry)) return IsInAddressRange(address.host, entry);
  const auto named = ParseHostPort(entry, address.port);
  if (!named || named->port != address.port) return false;

  std::string_view name = named->host;
  if (IsIpAddress(named->host)) {
    const int bits = named->host.contains(':') ? 128 : 32;
    return IsInAddressRange(address.host, fmt::format("{}/{}", name, bits));
  }

  const bool below_alone = name.starts_with("*.");
  if (below_alone) name.remove_prefix(1);
  if (name.starts_with('.')) name.remove_prefix(1);
  if (name.empty()) return false;
  return (!below_alone && address.host == name) || address.host.ends_with(fmt::format(".{}", name));
}

bool IsExcepted(std::string_view list, const HostPort& address) {
  constexpr std::string_view kBetween = ", \t";
  while (!list.empty()) {
    const auto end = std::min(list.find_first_of(kBetween), list.size());
    const std::string entry = LowerCase(list.substr(0, end));
    list.remove_prefix(std::min(list.size(), end + 1));
    if (!entry.empty() && Covers(entry, address)) return true;
  }
  return false;
}

Result<HttpProxy> ParseProxyUrl(std::string_view url) {
  HttpProxy proxy;
  if (LowerCase(url.substr(0, 7)) == "http://") url.remove_prefix(7);
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    return FailWithHint(ErrorKind::kNotImplemented,
                        fmt::format("HTTPS_PROXY: proxies of the scheme {} are not implemented", url.substr(0, scheme)),
                        std::string(kHint));
  }

  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    auto authorization = PercentDecoded(url.substr(0, at));
    if (!authorization) {
      return FailWithHint(ErrorKind::kBadParameter,
                          "HTTPS_PROXY: the user or password has a % that does not begin an escape", "write % as %25");
    }
    proxy.authorization = Secret(*std::move(authorization));
    url.remove_prefix(at + 1);
  }

  constexpr int kHttpPort = 80;
  const auto address = ParseHostPort(url.substr(0, url.find('/')), kHttpPort);
  if (!address || address->host.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "HTTPS_PROXY has no host and port", std::string(kHint));
  }
  proxy.address = *address;
  return proxy;
}

}  // namespace

Result<std::optional<HttpProxy>> HttpProxyFor(const NetworkSettings& settings, const HostPort& address) {
  HostPort wanted{LowerCase(address.host), address.port};
  if (wanted.host.ends_with('.')) wanted.host.pop_back();
  if (settings.https_proxy.empty() || IsLocal(wanted.host) || IsExcepted(settings.no_proxy, wanted)) {
    return std::nullopt;
  }
  ASSIGN_OR_RETURN(HttpProxy proxy, ParseProxyUrl(settings.https_proxy));
  return proxy;
}

}  // namespace sallyport
