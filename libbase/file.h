// Reads, writes and locks files. A write happens whole or not at all (temporary file, fsync, rename, fsync of the
// directory) and sets the mode from the start; a read has a size limit. Errors name the path that the caller gave.
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
  int Release();  // gives the descriptor to the caller, who closes it
  void Reset();   // closes the descriptor

 private:
  int fd_ = -1;
};

// Reads a whole file. Fails with kNotFound (absent), kAccessDenied (not readable) or kLimitExceeded (more than
// max_bytes).
Result<std::string> ReadFile(const std::string& path, std::size_t max_bytes = 10 << 20);

// Replaces a file atomically; the new file has exactly `mode`. A symbolic link at `path` is followed: its target is
// replaced.
Status WriteFile(const std::string& path, std::string_view content, mode_t mode);

// Calls WriteFile with mode 0600: for keys, certificates and all files that hold them.
Status WritePrivateFile(const std::string& path, std::string_view content);

// Makes a directory and its missing parents, each with `mode`. An existing directory is left as it is.
Status MakeDirectories(const std::string& path, mode_t mode);

bool FileExists(const std::string& path);

// Removes a file; succeeds when the file is absent.
Status RemoveFile(const std::string& path);

// Holds flock(2) on a file (made with mode 0600 when absent) until it goes out of scope.
class FileLock {
 public:
  // Waits at most `timeout_ms` for the exclusive lock, and locks the file that has the path afterwards, even if the
  // file was replaced meanwhile. Fails with kLimitExceeded, and names the file, while another process holds the lock.
  static Result<FileLock> Acquire(const std::string& path, int timeout_ms);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace sallyport
