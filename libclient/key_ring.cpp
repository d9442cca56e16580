#include "libclient/key_ring.h"

#include <sys/stat.h>

#include "libclient/profile.h"
#include "libidentity/known_hosts.h"

namespace sallyport {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr unsigned kAuthorityMode = 0640;
constexpr int kKeyLockMs = 200;
constexpr int kKnownHostsLockMs = 5000;
constexpr std::size_t kMaxFileBytes = 4 << 20;

Status CheckNames(const ProfilePaths& paths, std::string_view cluster) {
  for (const std::string_view name : {std::string_view(paths.proxy_host), std::string_view(paths.user), cluster}) {
    if (!IsSafePathPart(name))
      return Fail(ErrorKind::kBadParameter,
                  "the name of the proxy, user or cluster is empty or cannot be the name of a file");
  }
  return {};
}

std::string WithFinalNewline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

// Empty text for a file that is not there.
Result<std::string> ReadOrEmpty(const std::string& path) {
  auto content = ReadFile(path, kMaxFileBytes);
  if (!content && content.error().kind == ErrorKind::kNotFound) return std::string();
  return content;
}

std::string Trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

unsigned ModeOf(const std::string& path, unsigned otherwise) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : otherwise;
}

Status AddHosts(const ProfilePaths& paths, const std::vector<ClusterAuthorities>& authorities) {
  const std::string path = paths.KnownHosts();
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(path, kKnownHostsLockMs));
  ASSIGN_OR_RETURN(const std::string before, ReadOrEmpty(path));
  std::string text = before;
  for (const auto& authority : authorities) {
    for (const auto& line : authority.ssh_keys) {
      ASSIGN_OR_RETURN(const AuthorizedKey key, ParseAuthorizedKey(line));
      ASSIGN_OR_RETURN(const std::string host, FormatHostAuthority({paths.proxy_host, authority.cluster, key.key}));
      text = AddToKnownHosts(text, host);
    }
  }
  return text == before ? Status() : WriteFile(path, text, ModeOf(path, 0600));
}

}  // namespace

Status SaveKeyRing(const ProfilePaths& paths, std::string_view cluster, const KeyRing& ring) {
  RETURN_IF_ERROR(CheckNames(paths, cluster));
  RETURN_IF_ERROR(MakeDirectories(paths.SshDir(), kDirectoryMode));
  {
    ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(paths.TlsKey(), kKeyLockMs));
    RETURN_IF_ERROR(WritePrivateFile(paths.TlsKey(), ring.tls_key_pem.Reveal()));
    RETURN_IF_ERROR(WritePrivateFile(paths.TlsCertificate(), ring.tls_certificate));
  }
  RETURN_IF_ERROR(WritePrivateFile(paths.SshKey(), ring.ssh_key_pem.Reveal()));
  RETURN_IF_ERROR(WritePrivateFile(paths.SshPublicKey(), ring.ssh_public_key));
  return WritePrivateFile(paths.SshCertificate(cluster), ring.ssh_certificate);
}

Result<KeyRing> LoadCertificates(const ProfilePaths& paths, std::string_view cluster) {
  RETURN_IF_ERROR(CheckNames(paths, cluster));
  KeyRing ring;
  ASSIGN_OR_RETURN(ring.tls_certificate, ReadFile(paths.TlsCertificate(), kMaxFileBytes));
  ASSIGN_OR_RETURN(ring.ssh_certificate, ReadOrEmpty(paths.SshCertificate(cluster)));
  return ring;
}

Result<KeyRing> LoadKeys(const ProfilePaths& paths, KeyRing certificates) {
  KeyRing ring = std::move(certificates);
  ASSIGN_OR_RETURN(std::string tls_key, ReadFile(paths.TlsKey(), kMaxFileBytes));
  ring.tls_key_pem = Secret(std::move(tls_key));
  // A reader's lock can leave an empty file behind.
  if (ring.tls_key_pem.empty()) return Fail(ErrorKind::kNotFound, "{} is empty", paths.TlsKey());
  ASSIGN_OR_RETURN(std::string ssh_key, ReadFile(paths.SshKey(), kMaxFileBytes));
  ring.ssh_key_pem = Secret(std::move(ssh_key));
  ASSIGN_OR_RETURN(ring.ssh_public_key, ReadOrEmpty(paths.SshPublicKey()));
  return ring;
}

Status SaveAuthorities(const ProfilePaths& paths, const std::vector<ClusterAuthorities>& authorities) {
  if (!IsSafePathPart(paths.proxy_host))
    return Fail(ErrorKind::kBadParameter, "the name of the proxy cannot be the name of a file");
  RETURN_IF_ERROR(MakeDirectories(paths.AuthoritiesDir(), kDirectoryMode));
  std::string all;
  for (const auto& authority : authorities) {
    std::string bundle;
    for (const auto& pem : authority.tls_pems) {
      bundle += WithFinalNewline(pem);
      all += WithFinalNewline(pem) + "\n";
    }
    if (bundle.empty() || !IsSafePathPart(authority.cluster)) continue;
    RETURN_IF_ERROR(WriteFile(paths.AuthoritiesOf(authority.cluster), bundle, ModeUnderUmask(kAuthorityMode)));
  }
  RETURN_IF_ERROR(WriteFile(paths.TlsAuthorities(), all, ModeUnderUmask(kAuthorityMode)));
  return AddHosts(paths, authorities);
}

Result<std::string> LoadTlsAuthorities(const ProfilePaths& paths, std::string_view cluster) {
  if (cluster.empty()) return ReadFile(paths.TlsAuthorities(), kMaxFileBytes);
  if (!IsSafePathPart(cluster))
    return Fail(ErrorKind::kBadParameter, "the name of the cluster cannot be the name of a file");
  return ReadFile(paths.AuthoritiesOf(cluster), kMaxFileBytes);
}

Status SaveKubeCredential(const ProfilePaths& paths, std::string_view cluster, std::string_view kube,
                          const KubeCredential& credential) {
  RETURN_IF_ERROR(CheckNames(paths, cluster));
  if (!IsSafePathPart(kube))
    return Fail(ErrorKind::kBadParameter, "the name of the Kubernetes cluster cannot be the name of a file");
  RETURN_IF_ERROR(MakeDirectories(paths.KubeDir(cluster), kDirectoryMode));
  const auto start = std::min(credential.certificate_pem.find_first_not_of('\n'), credential.certificate_pem.size());
  const Secret text(Trimmed(credential.key_pem.Reveal()) + "\n\n" + credential.certificate_pem.substr(start));
  return WritePrivateFile(paths.KubeCredential(cluster, kube), text.Reveal());
}

Result<KubeCredential> LoadKubeCredential(const ProfilePaths& paths, std::string_view cluster, std::string_view kube) {
  RETURN_IF_ERROR(CheckNames(paths, cluster));
  if (!IsSafePathPart(kube))
    return Fail(ErrorKind::kNotFound, "the name of the Kubernetes cluster cannot be the name of a file");
  const std::string path = paths.KubeCredential(cluster, kube);
  ASSIGN_OR_RETURN(std::string content, ReadFile(path, kMaxFileBytes));
  const Secret text(std::move(content));
  auto credential = ParseKubeCredential(text.Reveal());
  if (!credential) return std::unexpected(InContext(path, credential.error()));
  return credential;
}

Result<KubeCredential> ParseKubeCredential(std::string_view text) {
  const auto gap = text.find("\n\n");
  if (gap == std::string_view::npos || gap == 0 || gap + 2 == text.size() || text.contains("\n\n\n") ||
      text.find("\n\n", gap + 2) != std::string_view::npos) {
    return Fail(ErrorKind::kBadParameter, "expected a key and a certificate with one blank line between them");
  }
  return KubeCredential{Secret(std::string(text.substr(0, gap))), std::string(text.substr(gap + 2))};
}

}  // namespace sallyport
