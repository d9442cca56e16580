// Stores a login on the disk: keys and certificates of one user at one proxy, and the authorities of the clusters
// behind the proxy (docs/protocol/login.md#profile-directory). Files are replaced atomically and never readable by
// others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/secret.h"
#include "libclient/profile_paths.h"
#include "libidentity/keys.h"

namespace sallyport {

// Keys and certificates as the text of their files. Missing parts are empty.
struct KeyRing {
  Secret ssh_key_pem;
  Secret tls_key_pem;
  std::string ssh_public_key;   // one authorized_keys line with its newline
  std::string ssh_certificate;  // one line with its newline; for the requested cluster
  std::string tls_certificate;  // PEM
};

// The authorities of one cluster.
struct ClusterAuthorities {
  std::string cluster;
  std::vector<std::string> ssh_keys;  // authorized_keys lines
  std::vector<std::string> tls_pems;  // one certificate each
};

// Writes a key ring. The TLS key file is locked while key and certificate change, as Teleport's clients do. Fails with
// kBadParameter (a name that is not a valid file name), kLimitExceeded (locked by another process), kAccessDenied,
// kInternal.
Status SaveKeyRing(const ProfilePaths& paths, std::string_view cluster, const KeyRing& ring);

// Reads only the certificates, for example to show a status. Fails with kNotFound without a TLS certificate; the SSH
// certificate may be missing.
Result<KeyRing> LoadCertificates(const ProfilePaths& paths, std::string_view cluster);
// Reads the keys of loaded certificates. Fails with kNotFound when a key is missing.
Result<KeyRing> LoadKeys(const ProfilePaths& paths, KeyRing certificates);

// Writes certs.pem, cas/ and known_hosts. Skips clusters whose name is not a valid file name in cas/.
Status SaveAuthorities(const ProfilePaths& paths, const std::vector<ClusterAuthorities>& authorities);
// Returns every TLS authority of a proxy as PEM, or the TLS authorities of one cluster. Fails with kNotFound when there
// is none.
Result<std::string> LoadTlsAuthorities(const ProfilePaths& paths, std::string_view cluster = {});

// A key with its certificate for one Kubernetes cluster, in one file.
struct KubeCredential {
  Secret key_pem;
  std::string certificate_pem;
};
Status SaveKubeCredential(const ProfilePaths& paths, std::string_view cluster, std::string_view kube,
                          const KubeCredential& credential);
// Fails with kNotFound when there is none, kBadParameter unless the file holds two blocks with one blank line between.
Result<KubeCredential> LoadKubeCredential(const ProfilePaths& paths, std::string_view cluster, std::string_view kube);
// Splits the text of a credential file into its two halves; public for tests and fuzzers. Fails with kBadParameter.
Result<KubeCredential> ParseKubeCredential(std::string_view text);

// Removes the credentials for all Kubernetes clusters of one user at one proxy; the kubeconfig stays.
Status RemoveKubeCredentials(const ProfilePaths& paths);

// Removes keys and certificates of one user at one proxy. The profile, known_hosts and authorities stay. Returns
// whether any file existed.
Result<bool> RemoveKeyRing(const ProfilePaths& paths);
// Removes everything below the profile directory except config/, azure/, bin/, id_vnet and id_vnet.pub. Overwrites
// files first. Succeeds when the directory does not exist.
Status RemoveEverything(const std::string& home);

}  // namespace sallyport
