// One process for each data directory: two that share one would take each other's place in the cluster, and write each
// other's state. What only reads there, as tctl does on the same host, needs no lock.
#pragma once

#include <chrono>
#include <string>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

class DataDirLock {
 public:
  // Takes flock(2) on DATA_DIR/teleport.lock, which has this process's id, until the object goes; makes the directory
  // when it is missing. Waits for a process that is ending, at most `patience`. Fails with kAlreadyExists and names the
  // process that holds the lock; or as the disk does.
  static Result<DataDirLock> Acquire(const std::string& data_dir, std::chrono::milliseconds patience);

 private:
  explicit DataDirLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// How long a start waits for the process before it: longer than one takes to stop.
constexpr std::chrono::milliseconds kDataDirPatience{5000};

}  // namespace sallyport
