// Credentials as files for other programs, in the formats of `tctl auth sign` and `tsh login --out`
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

// Returns the format of a name: "file", "openssh", "tls", "kubernetes". kNotImplemented for the other names that
// Teleport's tools know, kUsage for any other.
Result<IdentityFormat> ParseIdentityFormat(std::string_view name);

struct IdentityOutput {
  IdentityFormat format = IdentityFormat::kFile;
  std::string path;
  bool overwrite = false;
  Secret key_pem;               // one key for both certificates; in the format openssh that of SSH
  std::string ssh_certificate;  // one line; of a user or of a host
  std::string tls_certificate;  // PEM; not in the format openssh
  std::string proxy_host;       // of the lines about SSH host authorities; empty: none
  std::vector<ClusterAuthorities> authorities;
  KubeEntry kube;  // for kubernetes: which cluster, and how it is reached
};

// Returns the files that WriteIdentityOutput writes.
std::vector<std::string> IdentityOutputFiles(IdentityFormat format, const std::string& path);

// Writes the files, each with mode 0600 and at once; kubernetes adds to a kubeconfig that is there. Returns their
// names. Fails with kAlreadyExists when one is there and `overwrite` is not set, before anything is written; with
// kBadParameter for authorities that cannot be written; else as WriteFile does.
Result<std::vector<std::string>> WriteIdentityOutput(const IdentityOutput& output);

}  // namespace sallyport
