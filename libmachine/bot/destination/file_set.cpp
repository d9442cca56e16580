#include "libmachine/bot/destination/file_set.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "libbase/path_part.h"
#include "libbase/text.h"
#include "libbase/write_all.h"
#include "libmachine/bot/destination/posix_acl.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxBotFile = 8 << 20;
constexpr std::size_t kMaxNameList = 64 << 10;
constexpr std::size_t kRoomBytes = 32 << 10;  // a set of files is smaller
constexpr std::string_view kNewEnding = ".tbot-new";
constexpr const char* kNameList = ".tbot-names";

std::unexpected<Error> FailIn(const OpenDirectory& directory, std::string_view action, std::string_view name) {
  const int number = errno;
  const bool denied = number == EACCES || number == EPERM || number == EROFS;
  const ErrorKind kind = denied             ? ErrorKind::kAccessDenied
                         : number == ENOENT ? ErrorKind::kNotFound
                                            : ErrorKind::kInternal;
  return Fail(kind, "{} {}/{}: {}", action, directory.path, name, std::strerror(number));
}

// Keeps other replacements out of the directory until it is destroyed, those of other processes too.
class DirectoryLock {
 public:
  explicit DirectoryLock(const OpenDirectory& directory) : fd_(directory.fd.get()) {
    while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock() { ::flock(fd_, LOCK_UN); }

 private:
  const int fd_;
};

// A file that is whole, and the names that it has and will have; the names are absolute where a link was followed.
struct StagedFile {
  std::string temporary;
  std::string name;
};

std::string TemporaryName(std::string_view name) { return fmt::format(".{}{}", name, kNewEnding); }

// Finds where a file is to be written: for a followed link, at the end of the link.
Result<StagedFile> PlaceOf(const OpenDirectory& directory, const std::string& name) {
  if (!IsSafePathPart(name)) return Fail(ErrorKind::kBadParameter, "\"{}\" is no name of a file", StripControl(name));
  struct stat info{};
  const bool exists = ::fstatat(directory.fd.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists || !S_ISLNK(info.st_mode)) {
    if (exists && !S_ISREG(info.st_mode)) {
      return Fail(ErrorKind::kAlreadyExists, "{}/{} is not a regular file", directory.path, name);
    }
    return StagedFile{TemporaryName(name), name};
  }

  if (!directory.follows_links) {
    return FailWithHint(ErrorKind::kAccessDenied,
                        fmt::format("{}/{} is a symbolic link, which is not followed", directory.path, name),
                        "remove the link, or set symlinks: insecure for the destination");
  }
  char resolved[PATH_MAX];
  if (::realpath(fmt::format("{}/{}", directory.path, name).c_str(), resolved) == nullptr) {
    return FailIn(directory, "cannot follow", name);
  }
  const std::string target(resolved);
  const auto slash = target.rfind('/');
  return StagedFile{target.substr(0, slash + 1) + TemporaryName(target.substr(slash + 1)), target};
}

// Writes one file whole; returns it open, for the caller to bring it to the disk.
Result<UniqueFd> WriteWhole(const OpenDirectory& directory, const std::string& name, std::string_view content,
                            const std::string& acl) {
  const int in = directory.fd.get();
  ::unlinkat(in, name.c_str(), 0);
  UniqueFd fd(::openat(in, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return FailIn(directory, "cannot write", name);
  if (!WriteAll(fd.get(), content)) return FailIn(directory, "cannot write", name);
  if (!acl.empty()) RETURN_IF_ERROR(SetAcl(fd.get(), acl, fmt::format("{}/{}", directory.path, name)));
  return fd;
}

// Removes the new files unless they were moved to their names.
class Staging {
 public:
  explicit Staging(const OpenDirectory& directory) : directory_(directory) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    for (const auto& file : files_) ::unlinkat(directory_.fd.get(), file.temporary.c_str(), 0);
    ::unlinkat(directory_.fd.get(), kNameList, 0);
  }

  Status Add(const BotFile& file, const std::string& acl) {
    ASSIGN_OR_RETURN(StagedFile staged, PlaceOf(directory_, file.name));
    files_.push_back(std::move(staged));
    ASSIGN_OR_RETURN(UniqueFd written, WriteWhole(directory_, files_.back().temporary, file.content.Reveal(), acl));
    open_.push_back(std::move(written));
    return {};
  }

  // Brings all files to the disk: the disk begins with all of them, then each is waited for. Then the list of several
  // names.
  Status Sync() {
    for (const auto& file : open_) ::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (::fsync(open_[i].get()) != 0) return FailIn(directory_, "cannot write", files_[i].name);
    }
    open_.clear();
    return files_.size() > 1 ? WriteNames() : Status();
  }

  // Moves all files to their names, several in a process that a kill of this process does not end.
  Status Commit() {
    const pid_t child = files_.size() > 1 ? ::fork() : -1;
    // The system's own call: what a library does at the end of a process is not for a copy of it.
    if (child == 0) ::syscall(SYS_exit_group, MoveAll());
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    // Without a child, or with one that ended in any other way than having moved all, this process goes on.
    const int failed = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : MoveAll();

    ::fsync(directory_.fd.get());
    if (failed == 0) return {};
    return Fail(ErrorKind::kInternal, "cannot replace {}/{}: the files before it have changed, those after it have not",
                directory_.path, files_[static_cast<std::size_t>(failed) - 1].name);
  }

 private:
  // Writes the list of names for RecoverFileSet; followed links are not in it.
  Status WriteNames() {
    std::string names;
    for (const auto& file : files_) {
      if (!file.name.starts_with('/')) names += file.name + "\n";
    }
    ASSIGN_OR_RETURN(const UniqueFd written, WriteWhole(directory_, kNameList, names, ""));
    const bool is_there = ::fsync(written.get()) == 0 && ::fsync(directory_.fd.get()) == 0;
    return is_there ? Status() : FailIn(directory_, "cannot write", kNameList);
  }

  // Returns 0, or the position of the file that could not be moved, from 1. Files that were moved before count as
  // moved. Calls only what a process after a fork may.
  int MoveAll() const {
    const int in = directory_.fd.get();
    int position = 0;
    for (const auto& file : files_) {
      ++position;
      if (::renameat(in, file.temporary.c_str(), in, file.name.c_str()) == 0) continue;
      const bool moved = errno == ENOENT && ::faccessat(in, file.name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
      if (!moved) return position;
    }
    return 0;
  }

  const OpenDirectory& directory_;
  std::vector<StagedFile> files_;
  std::vector<UniqueFd> open_;  // the files that may not be on the disk, in the same order
};

// Returns the names of new files that are in the directory.
std::vector<std::string> LeftOver(const OpenDirectory& directory) {
  std::vector<std::string> names;
  DIR* const stream = ::fdopendir(::openat(directory.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (stream == nullptr) return names;
  while (const dirent* entry = ::readdir(stream)) {
    if (std::string_view(entry->d_name).ends_with(kNewEnding)) names.emplace_back(entry->d_name);
  }
  ::closedir(stream);
  return names;
}

}  // namespace

Result<OpenDirectory> OpenDirectoryFor(const std::string& path, SymlinkMode mode) {
  OpenDirectory directory{UniqueFd(), path, mode == SymlinkMode::kInsecure};
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  if (mode != SymlinkMode::kInsecure) {
    open_how how{};
    how.flags = kFlags;
    how.resolve = RESOLVE_NO_SYMLINKS;
    directory.fd = UniqueFd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
    if (directory.fd.valid()) return directory;
    if (errno == ELOOP) {
      return FailWithHint(ErrorKind::kAccessDenied, fmt::format("the path {} has symbolic links in it", path),
                          "give the path without links, or set symlinks: insecure for the destination");
    }

    // Some kernels and sandboxes do not have the call.
    const bool is_missing = errno == ENOSYS || errno == EPERM;
    if (is_missing && mode == SymlinkMode::kSecure) {
      return FailWithHint(ErrorKind::kNotImplemented,
                          fmt::format("this system cannot open {} without following symbolic links", path),
                          "set symlinks: insecure for the destination");
    }
    if (!is_missing) return FailIn(directory, "cannot open", "");
  }

  directory.fd = UniqueFd(::open(path.c_str(), kFlags));
  if (!directory.fd.valid()) return FailIn(directory, "cannot open", "");
  return directory;
}

Status ReplaceFiles(const OpenDirectory& directory, std::span<const BotFile> files, const std::string& acl) {
  const DirectoryLock lock(directory);
  Staging staging(directory);
  for (const auto& file : files) RETURN_IF_ERROR(staging.Add(file, acl));
  RETURN_IF_ERROR(staging.Sync());
  return staging.Commit();
}

Status TestWriting(const OpenDirectory& directory, const std::string& name, const std::string& acl) {
  const DirectoryLock lock(directory);
  ASSIGN_OR_RETURN(const StagedFile place, PlaceOf(directory, name));
  const int in = directory.fd.get();
  const auto written = WriteWhole(directory, place.temporary, std::string(kRoomBytes, '\0'), acl);
  if (!written) {
    ::unlinkat(in, place.temporary.c_str(), 0);
    return std::unexpected(written.error());
  }
  if (::ftruncate(written->get(), 0) != 0) return FailIn(directory, "cannot write", name);
  if (::renameat(in, place.temporary.c_str(), in, place.name.c_str()) == 0) return {};
  return FailIn(directory, "cannot replace", name);
}

Status RecoverFileSet(const OpenDirectory& directory) {
  const DirectoryLock lock(directory);
  const int in = directory.fd.get();
  if (const auto names = ReadFileIn(directory, kNameList); names && names->Reveal().size() <= kMaxNameList) {
    for (const auto& name : SplitNonEmpty(names->Reveal(), '\n')) {
      if (IsSafePathPart(name)) ::renameat(in, TemporaryName(name).c_str(), in, name.c_str());
    }
  }
  const std::vector<std::string> left_over = LeftOver(directory);
  for (const auto& name : left_over) ::unlinkat(in, name.c_str(), 0);
  const bool had_list = ::unlinkat(in, kNameList, 0) == 0;
  if (!had_list && left_over.empty()) return {};
  return ::fsync(in) == 0 ? Status() : FailIn(directory, "cannot write", "");
}

Result<Secret> ReadFileIn(const OpenDirectory& directory, const std::string& name) {
  if (!IsSafePathPart(name)) return Fail(ErrorKind::kBadParameter, "\"{}\" is no name of a file", StripControl(name));
  const int flags = O_RDONLY | O_CLOEXEC | (directory.follows_links ? 0 : O_NOFOLLOW);
  const UniqueFd fd(::openat(directory.fd.get(), name.c_str(), flags));
  if (!fd.valid()) return FailIn(directory, "cannot read", name);

  std::string content;
  content.reserve(1 << 16);  // a reallocation would leave copies of a key in memory
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count == 0) return Secret(std::move(content));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailIn(directory, "cannot read", name);
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > kMaxBotFile) {
      return Fail(ErrorKind::kLimitExceeded, "{}/{} is larger than {} bytes", directory.path, name, kMaxBotFile);
    }
  }
}

}  // namespace sallyport
