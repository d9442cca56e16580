#include "libcluster/backend/data_dir_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <thread>

#include "libbase/trim.h"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kPause{50};

// Returns "process 123", or less when the file does not say.
std::string HolderOf(int fd) {
  char bytes[32] = {};
  const ssize_t size = ::pread(fd, bytes, sizeof bytes, 0);
  const std::string_view pid = Trimmed({bytes, static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
  const bool is_number = !pid.empty() && std::ranges::all_of(pid, [](unsigned char c) { return std::isdigit(c) != 0; });
  return is_number ? fmt::format("process {}", pid) : "another process";
}

Status FailToLock(const std::string& path) {
  const ErrorKind kind = errno == EACCES ? ErrorKind::kAccessDenied : ErrorKind::kInternal;
  return Fail(kind, "cannot lock {}: {}", path, std::strerror(errno));
}

}  // namespace

Result<DataDirLock> DataDirLock::Acquire(const std::string& data_dir, std::chrono::milliseconds patience) {
  RETURN_IF_ERROR(MakeDirectories(data_dir, 0700));
  const std::string path = data_dir + "/teleport.lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) RETURN_IF_ERROR(FailToLock(path));

  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) RETURN_IF_ERROR(FailToLock(path));
    if (std::chrono::steady_clock::now() >= deadline) {
      return FailWithHint(ErrorKind::kAlreadyExists,
                          fmt::format("the data directory {} is in use by {}", data_dir, HolderOf(fd.get())),
                          "stop that process first, or start this process with another directory: --data-dir");
    }
    std::this_thread::sleep_for(kPause);
  }

  // The id is for people and the message above. A full disk is not a failure, because only the lock matters.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd.get(), 0) == 0) std::ignore = ::pwrite(fd.get(), pid.data(), pid.size(), 0);
  return DataDirLock(std::move(fd));
}

}  // namespace sallyport
