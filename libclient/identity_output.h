// Writes credentials to files for other programs, in the formats of `tctl auth sign` and `tsh login --out`
// (docs/protocol/certificates.md#identity-files).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libclient/key_ring.h"
#include "libclient/kubeconfig.h"

namespace sallyport {

enum class IdentityFormat { kFile, kOpenssh, kTls, kKubernetes };

// Returns the format with a name: "file", "openssh", "tls", "kubernetes". kNotImplemented for the other names that
// Teleport's tools know, kUsage for any other.
Result<IdentityFormat> ParseIdentityFormat(std::string_view name);

struct IdentityOutput {
  IdentityFormat format = IdentityFormat::kFile;
  std::string path;
  bool overwrite = false;
  Secret key_pem;               // one key for both certificates; in the format openssh that of SSH
  std::string ssh_certificate;  // one line; of a user or of a host
  std::string tls_certificate;  // PEM; not in the format openssh
  std::string proxy_host;       // in the lines of SSH host authorities; empty: none
  std::vector<ClusterAuthorities> authorities;
  KubeEntry kube;  // for kubernetes: the cluster and its server
};

// Returns the files that WriteIdentityOutput writes.
std::vector<std::string> IdentityOutputFiles(IdentityFormat format, const std::string& path);

// Writes the files, each with mode 0600 and atomically; kubernetes adds to an existing kubeconfig. Returns the file
// names. Fails with kAlreadyExists, before any write, when a file exists and `overwrite` is not set; with kBadParameter
// for authorities that cannot be written; else as WriteFile does.
Result<std::vector<std::string>> WriteIdentityOutput(const IdentityOutput& output);

}  // namespace sallyport
