#include "libmachine/bot/destination/posix_acl.h"

#include <grp.h>
#include <pwd.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr const char* kAclAttribute = "system.posix_acl_access";
constexpr std::uint32_t kAclVersion = 2;
constexpr std::uint32_t kNoId = 0xffffffff;

// The subject of an entry. The kernel expects entries in this order, and those of users and groups by their numbers.
enum class AclTag : std::uint16_t {
  kOwner = 0x01,
  kUser = 0x02,
  kOwningGroup = 0x04,
  kGroup = 0x08,
  kMask = 0x10,
  kOther = 0x20,
};

constexpr std::uint16_t kAclRead = 4;
constexpr std::uint16_t kAclWrite = 2;
constexpr std::uint16_t kAclEnter = 1;

void AppendLittleEndian(std::string& out, std::uint32_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((number >> (8 * i)) & 0xff);
}

void AppendEntry(std::string& out, AclTag tag, std::uint16_t permissions, std::uint32_t id = kNoId) {
  AppendLittleEndian(out, static_cast<std::uint16_t>(tag), 2);
  AppendLittleEndian(out, permissions, 2);
  AppendLittleEndian(out, id, 4);
}

std::vector<std::uint32_t> Sorted(std::vector<std::uint32_t> ids) {
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  return ids;
}

constexpr std::size_t kAccountBytes = 64 << 10;

Result<std::uint32_t> UserNumber(const std::string& name) {
  if (const auto number = ReadWholeNumber<std::uint32_t>(name)) return *number;
  std::string buffer(kAccountBytes, '\0');
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return Fail(ErrorKind::kNotFound, "this host has no user \"{}\"", name);
  return found->pw_uid;
}

Result<std::uint32_t> GroupNumber(const std::string& name) {
  if (const auto number = ReadWholeNumber<std::uint32_t>(name)) return *number;
  std::string buffer(kAccountBytes, '\0');
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return Fail(ErrorKind::kNotFound, "this host has no group \"{}\"", name);
  return found->gr_gid;
}

}  // namespace

Result<AclReaders> ResolveReaders(std::span<const DestinationConfig::Reader> readers) {
  AclReaders numbers;
  for (const auto& reader : readers) {
    if (!reader.user.empty()) {
      ASSIGN_OR_RETURN(numbers.users.emplace_back(), UserNumber(reader.user));
    } else {
      ASSIGN_OR_RETURN(numbers.groups.emplace_back(), GroupNumber(reader.group));
    }
  }
  return numbers;
}

std::string AclFor(const AclReaders& readers, bool is_directory) {
  const std::uint16_t enter = is_directory ? kAclEnter : 0;
  const std::uint16_t read = kAclRead | enter;
  std::string acl;
  AppendLittleEndian(acl, kAclVersion, 4);
  AppendEntry(acl, AclTag::kOwner, kAclRead | kAclWrite | enter);
  for (const auto id : Sorted(readers.users)) AppendEntry(acl, AclTag::kUser, read, id);
  AppendEntry(acl, AclTag::kOwningGroup, 0);
  for (const auto id : Sorted(readers.groups)) AppendEntry(acl, AclTag::kGroup, read, id);
  AppendEntry(acl, AclTag::kMask, read);
  AppendEntry(acl, AclTag::kOther, 0);
  return acl;
}

Status SetAcl(int fd, const std::string& acl, const std::string& path) {
  if (::fsetxattr(fd, kAclAttribute, acl.data(), acl.size(), 0) == 0) return {};
  const int number = errno;
  if (number == EOPNOTSUPP) {
    return Fail(ErrorKind::kNotImplemented, "the file system of {} has no access control lists", path);
  }
  const ErrorKind kind = number == EPERM || number == EACCES ? ErrorKind::kAccessDenied : ErrorKind::kInternal;
  return Fail(kind, "cannot set the access control list of {}: {}", path, std::strerror(number));
}

}  // namespace sallyport
