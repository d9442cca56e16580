#include "libbase/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "libbase/write_all.h"

namespace sallyport {
namespace {

ErrorKind KindOfErrno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::kAccessDenied;
    case EEXIST:
      return ErrorKind::kAlreadyExists;
    default:
      return ErrorKind::kInternal;
  }
}

std::unexpected<Error> FailErrno(std::string_view action, const std::string& path) {
  const int number = errno;
  return Fail(KindOfErrno(number), "{} {}: {}", action, path, std::strerror(number));
}

std::string DirectoryOf(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Follows symbolic links of an existing file, so that replacing it keeps the link.
std::string Resolved(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? resolved : path;
}

// Takes the lock of an open file.
Status WaitForLock(int fd, const std::string& path, std::chrono::steady_clock::time_point deadline) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return FailErrno("cannot lock", path);
    if (std::chrono::steady_clock::now() >= deadline) {
      return FailWithHint(ErrorKind::kLimitExceeded, fmt::format("cannot lock {}: another process holds it", path),
                          "wait for the other process to end, or stop it");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return {};
}

// Returns whether an open file is the file at a path.
bool IsFileAt(int fd, const std::string& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    Reset();
    fd_ = other.Release();
  }
  return *this;
}

int UniqueFd::Release() { return std::exchange(fd_, -1); }

void UniqueFd::Reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("cannot read", path);
  std::string content;
  content.reserve(1 << 16);  // a reallocation would leave copies of a key in memory
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count == 0) return content;
    if (count < 0) {
      if (errno == EINTR) continue;
      return FailErrno("cannot read", path);
    }
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > max_bytes) {
      return Fail(ErrorKind::kLimitExceeded, "cannot read {}: it is larger than {} bytes", path, max_bytes);
    }
  }
}

Status WriteFile(const std::string& path, std::string_view content, mode_t mode) {
  const std::string target = Resolved(path);
  const std::string directory = DirectoryOf(target);
  std::string temporary = target + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));  // creates the file with mode 0600
  if (!fd.valid()) return FailErrno("cannot write", path);
  Status status;
  if (!WriteAll(fd.get(), content)) status = FailErrno("cannot write", path);
  if (status && ::fchmod(fd.get(), mode) != 0) status = FailErrno("cannot set the mode of", path);
  if (status && ::fsync(fd.get()) != 0) status = FailErrno("cannot write", path);
  if (status && ::rename(temporary.c_str(), target.c_str()) != 0) status = FailErrno("cannot replace", path);
  if (!status) {
    ::unlink(temporary.c_str());
    return status;
  }
  const UniqueFd parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.valid()) ::fsync(parent.get());
  return {};
}

Status WritePrivateFile(const std::string& path, std::string_view content) { return WriteFile(path, content, 0600); }

Status MakeDirectories(const std::string& path, mode_t mode) {
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return Fail(ErrorKind::kAlreadyExists, "{} exists and is not a directory", path);
  }
  const std::string parent = DirectoryOf(path);
  if (parent != path && parent != ".") RETURN_IF_ERROR(MakeDirectories(parent, mode));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return FailErrno("cannot make the directory", path);
  return {};
}

bool FileExists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FailErrno("cannot remove", path);
  return {};
}

Result<FileLock> FileLock::Acquire(const std::string& path, int timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (true) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid()) return FailErrno("cannot lock", path);
    RETURN_IF_ERROR(WaitForLock(fd.get(), path, deadline));
    // Writers replace files: the locked file may no longer be the file at the path.
    if (IsFileAt(fd.get(), path)) return FileLock(std::move(fd));
  }
}

}  // namespace sallyport
