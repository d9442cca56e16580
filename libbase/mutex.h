// Mutexes that are checked when the code is compiled: clang's thread-safety analysis (tests/lint/threads.py) refuses
// an access to a field without the mutex that guards the field. GCC compiles the classes to the standard library's,
// which they wrap, and ignores the annotations.
//
//   class Counter {
//    public:
//     void Add() EXCLUDES(mutex_) {
//       const MutexLock lock(mutex_);
//       AddOne();
//     }
//
//    private:
//     void AddOne() REQUIRES(mutex_) { ++count_; }
//
//     Mutex mutex_;
//     int count_ GUARDED_BY(mutex_) = 0;
//   };
//
// The analysis looks at each function alone. It does not look into constructors and destructors of the object that has
// the mutex, and a lambda holds no mutex of the function around it: a wait is a loop around Wait() or WaitUntil().
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define THREAD_ANNOTATION(annotation) __attribute__((annotation))
#else
#define THREAD_ANNOTATION(annotation)
#endif

// After the name of a field or a variable: only who holds the mutex may use it. With PT, what a pointer points to.
#define GUARDED_BY(mutex) THREAD_ANNOTATION(guarded_by(mutex))
#define PT_GUARDED_BY(mutex) THREAD_ANNOTATION(pt_guarded_by(mutex))

// After the parameters of a function: the caller holds the mutex, or does not hold it.
#define REQUIRES(...) THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

// After the parameters of a function: it takes the mutex and keeps it, or releases it. Without an argument, the mutex
// is the object itself, or the one that the lock holds.
#define ACQUIRE(...) THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) THREAD_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define RELEASE_SHARED(...) THREAD_ANNOTATION(release_shared_capability(__VA_ARGS__))

// Before the name of a class: its objects are mutexes, or hold one until they are destroyed.
#define CAPABILITY(kind) THREAD_ANNOTATION(capability(kind))
#define SCOPED_CAPABILITY THREAD_ANNOTATION(scoped_lockable)

namespace sallyport {

// Held by one thread at a time, through a MutexLock.
class CAPABILITY("mutex") Mutex {
 public:
  // Lock and Unlock are for a function with REQUIRES that gives the mutex of its caller back for a while.
  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Held by one thread that writes, through a WriterLock, or by several that read, through a ReaderLock each.
class CAPABILITY("mutex") SharedMutex {
 public:
  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }
  void LockShared() ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void UnlockShared() RELEASE_SHARED() { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

// Holds a mutex, which must outlive the lock, until the end of the scope. Unlock() releases the mutex before that, and
// Lock() takes it again; the destructor accepts both states.
class SCOPED_CAPABILITY MutexLock {
 public:
  [[nodiscard]] explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() RELEASE() = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void Unlock() RELEASE() { lock_.unlock(); }
  void Lock() ACQUIRE() { lock_.lock(); }

 private:
  friend class ConditionVariable;
  std::unique_lock<std::mutex> lock_;
};

// Holds a mutex with other readers until the end of the scope. The mutex must outlive the lock.
class SCOPED_CAPABILITY ReaderLock {
 public:
  [[nodiscard]] explicit ReaderLock(SharedMutex& mutex) ACQUIRE_SHARED(mutex) : mutex_(mutex) { mutex.LockShared(); }
  ~ReaderLock() RELEASE() { mutex_.UnlockShared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Holds a mutex alone until the end of the scope. The mutex must outlive the lock.
class SCOPED_CAPABILITY WriterLock {
 public:
  [[nodiscard]] explicit WriterLock(SharedMutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex.Lock(); }
  ~WriterLock() RELEASE() { mutex_.Unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Lets threads wait for a change of what a Mutex guards. Each wait releases the mutex of the lock meanwhile, and may
// end without a reason: callers check what they wait for, in a loop. A loop with a limit of time checks before the
// limit:
//
//   while (!ready_ && !changed_.WaitUntil(lock, deadline)) {
//   }
class ConditionVariable {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  void Wait(MutexLock& lock) { condition_.wait(lock.lock_); }
  // Both return whether the time is over.
  bool WaitUntil(MutexLock& lock, TimePoint deadline) {
    return condition_.wait_until(lock.lock_, deadline) == std::cv_status::timeout;
  }
  bool WaitFor(MutexLock& lock, std::chrono::nanoseconds time) {
    return WaitUntil(lock, std::chrono::steady_clock::now() + time);
  }

  // Wake one waiting thread, or all. The mutex need not be held.
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace sallyport
