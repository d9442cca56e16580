#include "libcluster/backend/change_counter.h"

#include <utility>

#include "libbase/mutex.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/change_feed.h"

namespace sallyport {

struct ChangeCounter::State : std::enable_shared_from_this<State> {
  State(Backend& backend_in, std::vector<std::string> prefixes_in)
      : backend(backend_in), prefixes(std::move(prefixes_in)) {}

  Backend& backend;
  const std::vector<std::string> prefixes;
  Mutex mutex;
  std::shared_ptr<ChangeWatcher> watcher GUARDED_BY(mutex);
  std::uint64_t count GUARDED_BY(mutex) = 0;

  std::uint64_t Take() {
    const MutexLock lock(mutex);
    if (watcher) {
      if (const auto events = watcher->Take()) return count += events->empty() ? 0 : 1;
    }

    // Counts one change for a watcher that fell behind, because it has missed some.
    watcher = backend.Watch(prefixes, [weak = weak_from_this()] {
      // Takes the events, so that they do not queue up.
      if (const auto self = weak.lock()) self->Take();
    });
    return ++count;
  }
};

ChangeCounter::ChangeCounter(Backend& backend, std::vector<std::string> prefixes)
    : state_(std::make_shared<State>(backend, std::move(prefixes))) {}

ChangeCounter::~ChangeCounter() = default;

std::uint64_t ChangeCounter::Count() { return state_->Take(); }

}  // namespace sallyport
