#include "libclient/web_client.h"

#include "libbase/file.h"
#include "libclient/http/http_exchange.h"
#include "libclient/tls.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxCertificate = 64 << 10;
// The path where a proxy on this machine stores its self-signed certificate.
constexpr std::string_view kLocalProxyCertificate = "/var/lib/teleport/webproxy_cert.pem";

}  // namespace

Result<Value> WebClient::Call(std::string_view method, const std::string& path, const Secret& body) const {
  TlsOptions options;
  options.server_name = proxy_.host;
  options.protocols = {"http/1.1"};
  options.skip_verification = settings_.insecure;
  if (proxy_.host == "localhost" || proxy_.host == "::1" || proxy_.host.starts_with("127.")) {
    options.extra_authorities_pem = ReadFile(std::string(kLocalProxyCertificate), kMaxCertificate).value_or("");
  }
  ASSIGN_OR_RETURN(const auto stream, TlsStream::Connect(proxy_, options, settings_));
  const std::string host = FormatHostPort(proxy_);
  auto json = ExchangeJson(*stream, method, path, {host, "proxy"}, body, settings_);
  stream->Close();
  return json;
}

Result<Value> WebClient::Get(const std::string& path) const { return Call("GET", path, Secret()); }
Result<Value> WebClient::Post(const std::string& path, const Secret& body) const { return Call("POST", path, body); }

}  // namespace sallyport
