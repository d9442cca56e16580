// Files with a contract: a write is whole or not there (temporary file, fsync, rename, fsync of the directory), has its
// mode from the start, and a read has a size limit. Paths in errors are the caller's.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();  // gives the descriptor away
  void Reset();   // closes it

 private:
  int fd_ = -1;
};

// Reads a whole file. kNotFound when it is absent, kAccessDenied when it may not be read, kLimitExceeded beyond
// max_bytes.
Result<std::string> ReadFile(const std::string& path, std::size_t max_bytes = 10 << 20);

// Replaces a file atomically; the new one has exactly `mode`. A symbolic link at `path` is followed, so that the file
// it names is the one replaced.
Status WriteFile(const std::string& path, std::string_view content, mode_t mode);

// WriteFile with mode 0600: keys, certificates and everything that holds them.
Status WritePrivateFile(const std::string& path, std::string_view content);

// Makes a directory and its missing parents, each with `mode`. An existing directory is left as it is.
Status MakeDirectories(const std::string& path, mode_t mode);

bool FileExists(const std::string& path);

// Removes a file; an absent one is fine.
Status RemoveFile(const std::string& path);

// Holds flock(2) on a file (made with mode 0600 when absent) until it goes out of scope.
class FileLock {
 public:
  // Waits at most `timeout_ms` for the exclusive lock of the file that the path names in the end: one that was replaced
  // meanwhile does not count. A lock that stays taken is kLimitExceeded and names the file.
  static Result<FileLock> Acquire(const std::string& path, int timeout_ms);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace sallyport
