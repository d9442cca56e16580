// What a login leaves on the disk: keys and certificates of one user at one proxy, and the authorities of the clusters
// behind it (docs/protocol/login.md#profile-directory). Files are replaced atomically and never readable by others.
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

// Keys and certificates as the text of their files. Parts that are not there are empty.
struct KeyRing {
  Secret ssh_key_pem;
  Secret tls_key_pem;
  std::string ssh_public_key;   // one authorized_keys line with its newline
  std::string ssh_certificate;  // one line with its newline; of the cluster that was asked for
  std::string tls_certificate;  // PEM
};

// The authorities of one cluster.
struct ClusterAuthorities {
  std::string cluster;
  std::vector<std::string> ssh_keys;  // authorized_keys lines
  std::vector<std::string> tls_pems;  // one certificate each
};

// Writes a key ring. The TLS key file is locked while key and certificate change, as Teleport's clients do. Fails with
// kBadParameter (a name that no file can have), kLimitExceeded (locked by another process), kAccessDenied, kInternal.
Status SaveKeyRing(const ProfilePaths& paths, std::string_view cluster, const KeyRing& ring);

// Reads the certificates alone: all that showing a status needs. kNotFound when there is none for TLS; that of SSH may
// be missing.
Result<KeyRing> LoadCertificates(const ProfilePaths& paths, std::string_view cluster);
// Reads the keys of certificates that were loaded. kNotFound when one is missing.
Result<KeyRing> LoadKeys(const ProfilePaths& paths, KeyRing certificates);

// Writes certs.pem, cas/ and known_hosts. Clusters whose name no file can have are left out of cas/.
Status SaveAuthorities(const ProfilePaths& paths, const std::vector<ClusterAuthorities>& authorities);
// Returns every TLS authority of a proxy as PEM, or those of one cluster. kNotFound when there is none.
Result<std::string> LoadTlsAuthorities(const ProfilePaths& paths, std::string_view cluster = {});

// A key with its certificate for one Kubernetes cluster, in one file.
struct KubeCredential {
  Secret key_pem;
  std::string certificate_pem;
};
Status SaveKubeCredential(const ProfilePaths& paths, std::string_view cluster, std::string_view kube,
                          const KubeCredential& credential);
// kNotFound when there is none; kBadParameter when the file does not hold two blocks with one blank line between.
Result<KubeCredential> LoadKubeCredential(const ProfilePaths& paths, std::string_view cluster, std::string_view kube);
// The two halves of such a file: for tests and fuzzers. Fails with kBadParameter.
Result<KubeCredential> ParseKubeCredential(std::string_view text);

// Removes the credentials for all Kubernetes clusters of one user at one proxy; what kubectl is set up with stays.
Status RemoveKubeCredentials(const ProfilePaths& paths);

// Removes what one user has at one proxy. The profile, known_hosts and authorities stay. Returns whether anything was
// there.
Result<bool> RemoveKeyRing(const ProfilePaths& paths);
// Removes everything below the profile directory except config/, azure/, bin/, id_vnet and id_vnet.pub. Files are
// overwritten first. A directory that is not there is fine.
Status RemoveEverything(const std::string& home);

}  // namespace sallyport
