// Reads the state of a login from the files of a profile, without network access, for `tsh status` and to decide
// whether a login is still valid (docs/protocol/login.md#status).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libclient/key_ring.h"
#include "libclient/profile.h"
#include "libclient/profile_paths.h"
#include "libidentity/traits.h"

namespace sallyport {

struct ProfileStatus {
  Profile profile;
  bool has_certificates = false;  // false after a logout, which keeps the file of the profile
  std::string username;
  std::string cluster;
  std::vector<std::string> active_requests;
  std::vector<std::string> roles;  // sorted
  Traits traits;
  std::vector<std::string> logins;  // without Teleport's internal logins
  std::vector<std::string> kube_users;
  std::vector<std::string> kube_groups;
  std::vector<std::string> allowed_resources;
  std::vector<std::string> extensions;  // sorted, without those that carry the identity
  std::map<std::string, std::string, std::less<>> critical_options;
  std::string github_user_id;
  std::string github_username;
  Time valid_until{};  // of the SSH certificate; now when there is none

  bool IsValid(Time now) const { return has_certificates && now < valid_until; }
};

// Returns the paths of a profile's user.
ProfilePaths PathsOf(const ProfileDirectory& directory, const Profile& profile);

// Returns the status from the certificates of a key ring; without certificates, has_certificates is false. Fails with
// kBadParameter for a broken certificate.
Result<ProfileStatus> StatusOfKeyRing(const Profile& profile, const KeyRing& ring, Time now);

// Reads the certificates of a profile and returns its status; missing certificates are not an error. Fails with
// kBadParameter for a broken certificate.
Result<ProfileStatus> ReadProfileStatus(const ProfileDirectory& directory, const Profile& profile, Time now);

}  // namespace sallyport
