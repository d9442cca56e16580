#include "libcluster/proxy/route.h"
#include "libidentity/server_names.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

struct HelloRow {
  const char* server_name;
  std::vector<std::string> protocols;
  Route route;
};

TEST_CASE("the proxy's port routes by server name and by the client's first protocol that somebody serves") {
  const std::string auth = AuthServerName("ex.com");
  CHECK(auth == "65782e636f6d.teleport.cluster.local");
  const std::vector<HelloRow> rows{
      {"px.example.com", {}, Route::kWeb},
      {"px.example.com", {"h2", "http/1.1"}, Route::kWeb},
      {"px.example.com", {"http/1.1"}, Route::kWeb},
      {"px.example.com", {"h2"}, Route::kNone},
      {"px.example.com", {"teleport-reversetunnel"}, Route::kSshTunnel},
      {"px.example.com", {"teleport-reversetunnelv2", "teleport-reversetunnel"}, Route::kSshTunnel},
      {"px.example.com", {"teleport-postgres"}, Route::kNone},
      {auth.c_str(), {"teleport-auth@65782e636f6d.teleport.cluster.local", "h2"}, Route::kGrpc},
      {auth.c_str(), {"teleport-auth@65782e636f6d.teleport.cluster.local", "http/1.1"}, Route::kAuthHttp},
      {auth.c_str(), {"h2"}, Route::kGrpc},
      {auth.c_str(), {"http/1.1"}, Route::kAuthHttp},
      {auth.c_str(), {}, Route::kAuthHttp},
      {auth.c_str(), {"teleport-proxy-ssh-grpc", "h2"}, Route::kGrpc},
      {"px.example.com", {"teleport-proxy-grpc-mtls"}, Route::kGrpc},
      {"kube-teleport-proxy-alpn.px.example.com", {"h2", "http/1.1"}, Route::kKubernetes},
      {"kube-teleport-proxy-alpn.teleport.cluster.local", {}, Route::kKubernetes},
  };
  for (const auto& row : rows) {
    CAPTURE(row.server_name, row.protocols);
    CHECK(RouteOfProxy({row.server_name, row.protocols}, "ex.com") == row.route);
  }
}

TEST_CASE("the auth port speaks gRPC to those who offer h2, and HTTP to the rest") {
  CHECK(RouteOfAuth({"x", {"h2"}}) == Route::kGrpc);
  CHECK(RouteOfAuth({"x", {"teleport-auth@00", "h2"}}) == Route::kGrpc);
  CHECK(RouteOfAuth({"x", {"http/1.1"}}) == Route::kAuthHttp);
  CHECK(RouteOfAuth({"x", {}}) == Route::kAuthHttp);
}

}  // namespace
}  // namespace sallyport
