// The certificate of the web port, and the names that it and the Kubernetes port are reached by.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {

struct WebCertificate {
  std::string certificate_pem;
  Secret private_key_pem;
};

// Reads a certificate and its key. kBadParameter names the file and what is wrong with it: exchanged, not PEM,
// encrypted, not belonging together; nobody is asked for a password. Fails as ReadFile does beside.
Result<WebCertificate> LoadKeyPair(const KeyPairPaths& paths);

// Returns the pair of https_keypairs; without one, a self-signed certificate that is made at the first start and kept
// as DATA_DIR/webproxy_cert.pem and webproxy_key.pem.
Result<WebCertificate> LoadWebCertificate(const TeleportConfig& config, const std::vector<std::string>& names);

// Host names and addresses of the proxy: public and listen addresses, node, cluster and host name, localhost.
std::vector<std::string> WebNames(const TeleportConfig& config, const std::string& hostname);

// The same, and the names below each that route to Kubernetes.
std::vector<std::string> KubeNames(const TeleportConfig& config, const std::string& hostname);

}  // namespace sallyport
