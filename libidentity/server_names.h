// Makes the server names, unknown to DNS, by which TLS clients select a part of a cluster.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

inline constexpr std::string_view kClusterDomain = "teleport.cluster.local";
// The prefix of the server name of Kubernetes requests; the proxy's host or kClusterDomain follows.
inline constexpr std::string_view kKubeServerPrefix = "kube-teleport-proxy-alpn.";
// The prefix of the ALPN protocol name that selects the auth service; its server name follows.
inline constexpr std::string_view kAuthProtocolPrefix = "teleport-auth@";

// Returns the server name of a cluster's auth service: "<lower-case hex of the cluster's name>.teleport.cluster.local".
std::string AuthServerName(std::string_view cluster);

}  // namespace sallyport
