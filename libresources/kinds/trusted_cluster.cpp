#include "libresources/kinds/trusted_cluster.h"

#include <fmt/ranges.h>

#include "libresources/kinds/cert_authority.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/trust.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

const types::TrustedClusterSpecV2& Spec(const Message& resource) {
  return static_cast<const types::TrustedClusterV2&>(resource).spec();
}

std::string Enabled(const Message& resource) { return Spec(resource).enabled() ? "true" : "false"; }
// Returns a mask for the token, which is a secret: only JSON and YAML show the token.
std::string MaskedToken(const Message& resource) { return Spec(resource).token().empty() ? "" : "******"; }
std::string ProxyAddress(const Message& resource) { return Spec(resource).proxyaddress(); }
std::string TunnelAddress(const Message& resource) { return Spec(resource).reversetunneladdress(); }
std::string RoleMap(const Message& resource) {
  const auto& spec = Spec(resource);
  if (!spec.roles().empty()) return fmt::format("[*:{}]", fmt::join(spec.roles(), ","));
  return ShownRoleMap(spec.rolemap());
}

constexpr TextColumn kTrustedClusterColumns[] = {{"Name", &NameOf},
                                                 {"Enabled", &Enabled},
                                                 {"Token", &MaskedToken},
                                                 {"Proxy Address", &ProxyAddress},
                                                 {"Reverse Tunnel Address", &TunnelAddress},
                                                 {"Role Map", &RoleMap}};

// Fills in the address of the tunnel (default: the address of the proxy) and validates. Fails with kBadParameter.
Status CheckTrustedCluster(Message& resource) {
  auto& spec = *static_cast<types::TrustedClusterV2&>(resource).mutable_spec();
  if (!spec.roles().empty() && !spec.rolemap().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.roles and spec.role_map exclude each other: write role_map");
  }
  if (spec.reversetunneladdress().empty()) spec.set_reversetunneladdress(spec.proxyaddress());
  return {};
}

}  // namespace

KindRow TrustedClusterKind() {
  return {
      .kind = "trusted_cluster",
      .aliases = "tc cluster clusters",
      .versions = "v2",
      .prototype = &Prototype<types::TrustedClusterV2>,
      .check = &CheckTrustedCluster,
      .columns = kTrustedClusterColumns,
  };
}

}  // namespace sallyport
