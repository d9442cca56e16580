// A value derived from the state that follows the changes of the state.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libcluster/backend/change_counter.h"

namespace sallyport {

// Safe from several threads.
template <typename T>
class Followed {
 public:
  // `read` derives the value from keys of the backend that begin with one of the prefixes. The backend must outlive the
  // object.
  Followed(Backend& backend, std::vector<std::string> prefixes, std::function<Result<T>()> read)
      : changes_(backend, std::move(prefixes)), read_(std::move(read)) {}

  // Returns the value of the current state. After a change the first caller reads it, and the others wait. Fails as
  // `read` does; an older value is never returned.
  Result<std::shared_ptr<const T>> Get() {
    const std::uint64_t change = changes_.Count();
    if (auto value = ValueAt(change)) return value;

    const MutexLock reading(reading_);
    if (auto value = ValueAt(change)) return value;  // read by another caller meanwhile
    const std::uint64_t read_at = changes_.Count();
    ASSIGN_OR_RETURN(T read, read_());
    auto value = std::make_shared<const T>(std::move(read));

    const MutexLock lock(mutex_);
    value_ = value;
    change_ = read_at;
    return value;
  }

 private:
  // Returns the kept value if it is of that count of changes or a later one.
  std::shared_ptr<const T> ValueAt(std::uint64_t change) const {
    const MutexLock lock(mutex_);
    return change_ >= change ? value_ : nullptr;
  }

  ChangeCounter changes_;
  Mutex reading_;  // held by the caller that reads
  const std::function<Result<T>()> read_ GUARDED_BY(reading_);
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ GUARDED_BY(mutex_);
  std::uint64_t change_ GUARDED_BY(mutex_) = 0;  // the count of changes when the value was read
};

}  // namespace sallyport
