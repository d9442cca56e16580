#include "libbase/mutex.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <vector>

namespace sallyport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kThreads = 4;
constexpr int kTimes = 20'000;

void OnThreads(const std::function<void()>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

struct Flag {
  void Raise() {
    const MutexLock lock(mutex);
    raised = true;
    changed.NotifyAll();
  }
  // Returns whether the flag is raised by the deadline.
  bool Await(steady_clock::time_point deadline) {
    MutexLock lock(mutex);
    while (!raised && !changed.WaitUntil(lock, deadline)) {
    }
    return raised;
  }

  Mutex mutex;
  ConditionVariable changed;
  bool raised GUARDED_BY(mutex) = false;
};

}  // namespace

TEST_CASE("one thread at a time holds a mutex, also when it releases the mutex in between") {
  Mutex mutex;
  int count = 0;
  OnThreads([&] {
    for (int i = 0; i < kTimes; ++i) {
      MutexLock lock(mutex);
      ++count;
      lock.Unlock();
      lock.Lock();
      ++count;
    }
  });
  CHECK(count == 2 * kThreads * kTimes);

  const MutexLock free_again(mutex);
}

TEST_CASE("a lock that has released its mutex leaves it alone at the end of the scope") {
  Mutex mutex;
  MutexLock outer(mutex);
  outer.Unlock();
  const MutexLock inner(mutex);
}

TEST_CASE("a writer of a shared mutex is alone") {
  SharedMutex mutex;
  int one = 0;
  int other = 0;
  std::atomic<int> differing = 0;
  OnThreads([&] {
    for (int i = 0; i < kTimes; ++i) {
      if (i % 2 == 0) {
        const WriterLock lock(mutex);
        ++one;
        ++other;
      } else {
        const ReaderLock lock(mutex);
        if (one != other) ++differing;
      }
    }
  });
  CHECK(one == kThreads * kTimes / 2);
  CHECK(differing == 0);
}

TEST_CASE("readers of a shared mutex hold it together") {
  SharedMutex mutex;
  Flag inside;
  std::thread reader;
  bool together = false;
  {
    const ReaderLock lock(mutex);
    reader = std::thread([&] {
      const ReaderLock other(mutex);
      inside.Raise();
    });
    together = inside.Await(steady_clock::now() + seconds(10));
  }
  reader.join();
  CHECK(together);
}

TEST_CASE("a wait ends when it is notified") {
  Flag flag;
  std::thread other([&] { flag.Raise(); });
  CHECK(flag.Await(steady_clock::now() + seconds(10)));
  other.join();

  Mutex mutex;
  ConditionVariable changed;
  bool done = false;
  MutexLock lock(mutex);
  std::thread notifier([&] {
    const MutexLock own(mutex);
    done = true;
    changed.NotifyOne();
  });
  while (!done) changed.Wait(lock);
  lock.Unlock();
  notifier.join();
}

TEST_CASE("a wait with a limit says that the time is over") {
  Flag flag;
  const auto begin = steady_clock::now();
  CHECK_FALSE(flag.Await(begin + milliseconds(20)));
  CHECK(steady_clock::now() >= begin + milliseconds(20));
  CHECK_FALSE(flag.Await(begin));

  Mutex mutex;
  ConditionVariable never;
  MutexLock lock(mutex);
  while (!never.WaitFor(lock, milliseconds(1))) {
  }
  CHECK(never.WaitUntil(lock, begin));
}

}  // namespace sallyport
