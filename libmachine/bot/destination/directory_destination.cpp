#include "libmachine/bot/destination/directory_destination.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "libbase/log.h"
#include "libmachine/bot/destination/posix_acl.h"

namespace sallyport {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr std::string_view kLockFile = "lock";

bool IsOwnDirectory(int fd) {
  struct stat info{};
  return ::fstat(fd, &info) == 0 && info.st_uid == ::geteuid();
}

}  // namespace

DirectoryDestination::DirectoryDestination(DestinationConfig config)
    : BotDestination(DescribeDestination(config)), config_(std::move(config)) {}

Status DirectoryDestination::Init() {
  RETURN_IF_ERROR(MakeDirectories(config_.path, kDirectoryMode));
  ASSIGN_OR_RETURN(const OpenDirectory directory, OpenDirectoryFor(config_.path, config_.symlinks));
  RETURN_IF_ERROR(RecoverFileSet(directory));
  RETURN_IF_ERROR(SetUpReaders(directory));
  return TestWriting(directory, std::string(kWriteTestFile), file_acl_);
}

// Lets the readers enter the directory; finds out whether lists work here.
Status DirectoryDestination::SetUpReaders(const OpenDirectory& directory) {
  if (config_.readers.empty() || config_.acls == AclMode::kOff) return {};
  const auto try_it = [&]() -> Status {
    ASSIGN_OR_RETURN(const AclReaders readers, ResolveReaders(config_.readers));
    if (!IsOwnDirectory(directory.fd.get())) {
      return Fail(ErrorKind::kAccessDenied, "{} belongs to another user, so its readers cannot be set", config_.path);
    }
    RETURN_IF_ERROR(SetAcl(directory.fd.get(), AclFor(readers, true), config_.path));
    file_acl_ = AclFor(readers, false);
    return {};
  };

  Status done = try_it();
  if (done) return {};
  if (config_.acls == AclMode::kRequired) {
    Error error = std::move(done).error();
    if (error.hint.empty()) error.hint = "set acls: try for the destination, to go on without readers";
    return std::unexpected(std::move(error));
  }
  if (!std::exchange(has_warned_, true)) {
    Log(LogLevel::kWarning, "the readers of a destination are ignored",
        {{"destination", description()}, {"reason", done.error().message}});
  }
  return {};
}

Result<Secret> DirectoryDestination::Read(const std::string& name) {
  ASSIGN_OR_RETURN(const OpenDirectory directory, OpenDirectoryFor(config_.path, config_.symlinks));
  return ReadFileIn(directory, name);
}

Status DirectoryDestination::Write(std::span<const BotFile> files) {
  ASSIGN_OR_RETURN(const OpenDirectory directory, OpenDirectoryFor(config_.path, config_.symlinks));
  return ReplaceFiles(directory, files, file_acl_);
}

Result<std::optional<FileLock>> DirectoryDestination::Lock() {
  ASSIGN_OR_RETURN(FileLock lock, FileLock::Acquire(fmt::format("{}/{}", config_.path, kLockFile), 0));
  return std::optional(std::move(lock));
}

std::string DirectoryDestination::directory() const {
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(config_.path, ignored).lexically_normal();
  const std::string text = absolute.string();
  return text.size() > 1 && text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace sallyport
