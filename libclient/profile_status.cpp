#include "libclient/profile_status.h"

#include <algorithm>

#include "libidentity/ssh_identity.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

constexpr std::string_view kOwnLogin = "-teleport-";
constexpr std::string_view kIdentityExtensions[] = {"teleport-roles",
                                                    "teleport-traits",
                                                    "teleport-route-to-cluster",
                                                    "teleport-active-requests",
                                                    "teleport-allowed-resources",
                                                    "github-id@goteleport.com",
                                                    "github-login@goteleport.com"};

Status TakeSsh(ProfileStatus& status, const std::string& line) {
  ASSIGN_OR_RETURN(const SshCertificate certificate, ParseSshCertificate(line));
  ASSIGN_OR_RETURN(const SshUser user, UserOfSshCertificate(certificate));

  status.valid_until = certificate.ExpiresAt();
  status.roles = user.identity.groups;
  status.traits = user.identity.traits;
  status.active_requests = user.identity.active_requests;
  status.allowed_resources = user.identity.allowed_resources;
  status.github_user_id = user.permissions.github_user_id;
  status.github_username = user.permissions.github_username;

  for (const auto& login : certificate.principals) {
    if (!login.starts_with(kOwnLogin)) status.logins.push_back(login);
  }
  for (const auto& [name, value] : certificate.extensions) {
    if (std::ranges::find(kIdentityExtensions, name) == std::end(kIdentityExtensions)) {
      status.extensions.push_back(name);
    }
  }
  for (const auto& [name, value] : certificate.critical_options) status.critical_options[name] = value;
  std::ranges::sort(status.roles);
  return {};
}

Status TakeTls(ProfileStatus& status, const std::string& pem) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(pem));
  ASSIGN_OR_RETURN(const Identity identity, certificate.ToIdentity());
  status.kube_users = identity.kubernetes_users;
  status.kube_groups = identity.kubernetes_groups;
  if (status.roles.empty()) status.roles = identity.groups;
  return {};
}

}  // namespace

ProfilePaths PathsOf(const ProfileDirectory& directory, const Profile& profile) {
  return {directory.home(), profile.Name(), profile.user};
}

Result<ProfileStatus> StatusOfKeyRing(const Profile& profile, const KeyRing& ring, Time now) {
  ProfileStatus status;
  status.profile = profile;
  status.username = profile.user;
  status.cluster = profile.cluster;
  status.valid_until = now;
  if (ring.ssh_certificate.empty() || ring.tls_certificate.empty()) return status;

  const Status ssh = TakeSsh(status, ring.ssh_certificate);
  const Status tls = ssh ? TakeTls(status, ring.tls_certificate) : ssh;
  if (!tls) {
    Error error = InContext(fmt::format("the certificates of {} cannot be read", profile.Name()), tls.error());
    error.hint = "log in again";
    return std::unexpected(std::move(error));
  }
  status.has_certificates = true;
  return status;
}

Result<ProfileStatus> ReadProfileStatus(const ProfileDirectory& directory, const Profile& profile, Time now) {
  if (!IsSafePathPart(profile.user)) return StatusOfKeyRing(profile, {}, now);
  const auto ring = LoadCertificates(PathsOf(directory, profile), profile.cluster);
  if (!ring && ring.error().kind == ErrorKind::kNotFound) return StatusOfKeyRing(profile, {}, now);
  if (!ring) return std::unexpected(ring.error());
  return StatusOfKeyRing(profile, *ring, now);
}

}  // namespace sallyport
