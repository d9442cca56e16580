// Allows one process per data directory: two processes would take each other's place in the cluster and overwrite each
// other's state. Readers, such as tctl on the same host, need no lock.
#pragma once

#include <chrono>
#include <string>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

class DataDirLock {
 public:
  // Takes flock(2) on DATA_DIR/teleport.lock, which has this process's id, until the object is destroyed; creates a
  // missing directory. Waits for an ending process, at most `patience`. Fails with kAlreadyExists, which names the
  // holder of the lock; or with an error of the disk.
  static Result<DataDirLock> Acquire(const std::string& data_dir, std::chrono::milliseconds patience);

 private:
  explicit DataDirLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// The wait of a start for the previous process: longer than a stop takes.
constexpr std::chrono::milliseconds kDataDirPatience{5000};

}  // namespace sallyport
