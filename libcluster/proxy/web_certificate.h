// Loads or makes the certificate of the web port, and lists the names of the web and Kubernetes ports.
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

// Reads a certificate and its key. Fails as ReadFile does, and with kBadParameter, which names the file and the
// problem: exchanged files, not PEM, an encrypted key (there is no password prompt), a key of another certificate.
Result<WebCertificate> LoadKeyPair(const KeyPairPaths& paths);

// Returns the pair of https_keypairs; without a pair, a self-signed certificate, made at the first start and stored as
// DATA_DIR/webproxy_cert.pem and webproxy_key.pem.
Result<WebCertificate> LoadWebCertificate(const TeleportConfig& config, const std::vector<std::string>& names);

// Returns the host names and addresses of the proxy: public and listen addresses, node, cluster and host name,
// localhost.
std::vector<std::string> WebNames(const TeleportConfig& config, const std::string& hostname);

// Returns the same names, and below each of them the name that routes to Kubernetes.
std::vector<std::string> KubeNames(const TeleportConfig& config, const std::string& hostname);

}  // namespace sallyport
