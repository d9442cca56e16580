// POSIX access control lists of files, in the form of the extended attribute system.posix_acl_access (linux,
// include/uapi/linux/posix_acl_xattr.h; acl(5)).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/bot/config/destination_config.h"

namespace sallyport {

// Users and groups by number.
struct AclReaders {
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> groups;
};

// Finds the numbers of readers. Fails with kNotFound for a user or group that this host does not have.
Result<AclReaders> ResolveReaders(std::span<const DestinationConfig::Reader> readers);

// Returns the attribute's bytes: the owner reads and writes, the readers read, all others have no access. In a
// directory, owner and readers may also enter.
std::string AclFor(const AclReaders& readers, bool is_directory);

// Sets the list of an open file or directory. Fails with kNotImplemented when the file system has no such lists, else
// with kAccessDenied or kInternal. `path` is for errors.
Status SetAcl(int fd, const std::string& acl, const std::string& path);

}  // namespace sallyport
