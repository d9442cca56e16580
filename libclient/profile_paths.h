// Gives the paths of all files below the profile directory (Teleport 18's layout;
// docs/protocol/login.md#profile-directory).
#pragma once

#include <string>
#include <string_view>

#include "libbase/path_part.h"

namespace sallyport {

// Paths for one user at one proxy. Does not access the disk.
struct ProfilePaths {
  std::string home;        // the profile directory itself
  std::string proxy_host;  // without the port
  std::string user;

  std::string KeysDir() const { return home + "/keys"; }
  std::string ProxyDir() const { return KeysDir() + "/" + proxy_host; }
  std::string TlsAuthorities() const { return ProxyDir() + "/certs.pem"; }
  std::string AuthoritiesDir() const { return ProxyDir() + "/cas"; }
  std::string AuthoritiesOf(std::string_view cluster) const { return Below(AuthoritiesDir(), cluster, ".pem"); }
  std::string SshKey() const { return ProxyDir() + "/" + user; }
  std::string SshPublicKey() const { return SshKey() + ".pub"; }
  std::string TlsKey() const { return SshKey() + ".key"; }
  std::string TlsCertificate() const { return SshKey() + ".crt"; }
  std::string SshDir() const { return SshKey() + "-ssh"; }
  std::string SshCertificate(std::string_view cluster) const { return Below(SshDir(), cluster, "-cert.pub"); }
  std::string KubeDir(std::string_view cluster) const { return Below(SshKey() + "-kube", cluster, ""); }
  std::string KubeCredential(std::string_view cluster, std::string_view kube) const {
    return Below(KubeDir(cluster), kube, ".cred");
  }
  std::string KubeConfig(std::string_view cluster, std::string_view kube) const {
    return Below(KubeDir(cluster), kube, "-kubeconfig");
  }
  std::string KubeLock() const { return ProxyDir() + "/kube_credentials.lock"; }
  std::string KnownHosts() const { return home + "/known_hosts"; }

 private:
  static std::string Below(const std::string& directory, std::string_view name, std::string_view ending) {
    return directory + "/" + std::string(name) + std::string(ending);
  }
};

}  // namespace sallyport
