// Names that no DNS server knows, by which TLS clients say which part of a cluster they want.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

inline constexpr std::string_view kClusterDomain = "teleport.cluster.local";
// The beginning of the server name of Kubernetes requests; the proxy's host or kClusterDomain follows.
inline constexpr std::string_view kKubeServerPrefix = "kube-teleport-proxy-alpn.";
// The beginning of the protocol name by which the auth service is asked for; its server name follows.
inline constexpr std::string_view kAuthProtocolPrefix = "teleport-auth@";

// "<lower-case hex of the cluster's name>.teleport.cluster.local": the auth service of a cluster.
std::string AuthServerName(std::string_view cluster);

}  // namespace sallyport
