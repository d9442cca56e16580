#include "libcluster/proxy/route.h"

#include <algorithm>
#include <array>

#include "libidentity/server_names.h"

namespace sallyport {
namespace {

struct ProtocolRow {
  std::string_view protocol;
  Route route;
};
constexpr std::array kProtocols{
    ProtocolRow{"teleport-proxy-ssh-grpc", Route::kGrpc},
    ProtocolRow{"teleport-proxy-grpc", Route::kGrpc},
    ProtocolRow{"teleport-proxy-grpc-mtls", Route::kGrpc},
    ProtocolRow{"http/1.1", Route::kWeb},
    ProtocolRow{"teleport-reversetunnel", Route::kSshTunnel},
    ProtocolRow{"teleport-reversetunnelv2", Route::kSshTunnel},
};

bool Offers(const ClientHello& hello, std::string_view protocol) {
  return std::ranges::find(hello.protocols, protocol) != hello.protocols.end();
}

}  // namespace

Route RouteOfProxy(const ClientHello& hello, std::string_view cluster_name) {
  if (hello.server_name.starts_with(kKubeServerPrefix)) return Route::kKubernetes;
  const bool names_auth = hello.server_name == kClusterDomain || hello.server_name == AuthServerName(cluster_name);
  if (hello.protocols.empty()) return names_auth ? Route::kAuthHttp : Route::kWeb;
  // Returns the route of the client's first known protocol.
  for (const auto& protocol : hello.protocols) {
    if (protocol.starts_with(kAuthProtocolPrefix)) return Offers(hello, "h2") ? Route::kGrpc : Route::kAuthHttp;
    if (protocol == "h2" && names_auth) return Route::kGrpc;
    const auto row = std::ranges::find(kProtocols, std::string_view(protocol), &ProtocolRow::protocol);
    if (row == kProtocols.end()) continue;
    return row->route == Route::kWeb && names_auth ? Route::kAuthHttp : row->route;
  }
  return Route::kNone;
}

Route RouteOfAuth(const ClientHello& hello) { return Offers(hello, "h2") ? Route::kGrpc : Route::kAuthHttp; }

}  // namespace sallyport
