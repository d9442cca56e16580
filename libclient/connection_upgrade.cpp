#include "libclient/connection_upgrade.h"

#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/secret.h"
#include "libbase/text.h"
#include "libclient/tls.h"

namespace sallyport {
namespace {

constexpr std::string_view kProbe = "teleport-reversetunnel";
constexpr std::chrono::seconds kProbeTimeout{5};
constexpr std::size_t kMaxHeader = 16 << 10;

// Returns the decision of the setting for a proxy, or nothing.
std::optional<bool> Configured(std::string_view setting, const std::string& address) {
  const auto truth = [](std::string_view text) -> std::optional<bool> {
    for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True", "yes"}) {
      if (text == yes) return true;
    }
    for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False", "no"}) {
      if (text == no) return false;
    }
    return std::nullopt;
  };

  if (const auto all = truth(setting)) return all;
  while (!setting.empty()) {
    const auto end = std::min(setting.find_first_of(",;"), setting.size());
    const std::string_view item = setting.substr(0, end);
    setting.remove_prefix(std::min(setting.size(), end + 1));
    const auto equals = item.find('=');
    if (equals != std::string_view::npos && item.substr(0, equals) == address) return truth(item.substr(equals + 1));
  }
  return std::nullopt;
}

// Reads a response's header byte by byte: later bytes belong to the WebSocket.
Result<std::string> ReadHeader(Stream& stream, Deadline deadline) {
  std::string header;
  while (!header.ends_with("\r\n\r\n")) {
    char byte = 0;
    ASSIGN_OR_RETURN(const std::size_t count, stream.Read(&byte, 1, deadline));
    if (count == 0 || header.size() > kMaxHeader) {
      return Fail(ErrorKind::kConnectionProblem, "the proxy ended the connection during its upgrade");
    }
    header += byte;
  }
  return header;
}

}  // namespace

bool NeedsConnectionUpgrade(const HostPort& proxy, const NetworkSettings& settings) {
  if (const auto decided = Configured(settings.conn_upgrade, FormatHostPort(proxy))) return *decided;
  TlsOptions options;
  options.server_name = proxy.host;
  options.protocols = {std::string(kProbe)};
  options.skip_verification = true;  // this connection carries no data
  NetworkSettings hurried = settings;
  hurried.timeout = kProbeTimeout;
  const auto stream = TlsStream::Connect(proxy, options, hurried);
  if (!stream) return stream.error().detail == ErrorDetail::kNoCommonProtocol;
  return (*stream)->protocol() != kProbe;
}

Result<std::unique_ptr<Pump>> OpenConnectionUpgrade(const HostPort& proxy, const NetworkSettings& settings) {
  TlsOptions options;
  options.server_name = proxy.host;
  options.protocols = {"http/1.1"};
  options.skip_verification = settings.insecure;
  ASSIGN_OR_RETURN(std::unique_ptr<Stream> stream, TlsStream::Connect(proxy, options, settings));

  const Deadline deadline = std::chrono::steady_clock::now() + settings.timeout;
  const std::string key = ToBase64(RandomBytes(16));
  const std::string request = fmt::format(
      "GET /webapi/connectionupgrade HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\nSec-WebSocket-Protocol: alpn\r\n\r\n",
      FormatHostPort(proxy), key);
  RETURN_IF_ERROR(stream->Write(request, deadline));

  ASSIGN_OR_RETURN(const std::string header, ReadHeader(*stream, deadline));
  const bool switched = header.starts_with("HTTP/1.1 101") && LowerCase(header).contains("sec-websocket-accept: ") &&
                        header.contains(WebSocketAccept(key));
  if (!switched) {
    return FailWithHint(ErrorKind::kConnectionProblem,
                        fmt::format("{} does not upgrade the connection: {}", FormatHostPort(proxy),
                                    StripControl(header.substr(0, std::min(header.find('\r'), std::size_t{80})))),
                        "the load balancer in front of the proxy must let WebSockets through");
  }

  return Pump::Start(MakeWebSocketStream(std::move(stream)));
}

}  // namespace sallyport
