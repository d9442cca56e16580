#include "libcluster/proxy/login_gate.h"

#include <algorithm>

#include "libcluster/net/processors.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxFamiliar = 50'000;
constexpr std::size_t kMaxKeyNameBytes = 256;  // longer names are cut in keys
constexpr std::size_t kMaxWaitingOfOne = 16;
constexpr std::size_t kMaxWaiting = 32;
constexpr std::size_t kMaxFamiliarWaiting = 256;

// One processor stays free for other work.
std::size_t ThreadsForOthers() { return std::max(2U, Processors()) - 1; }

std::string KeyOf(const LoginGate::Attempt& attempt) {
  return attempt.source + '\n' + attempt.name.substr(0, kMaxKeyNameBytes);
}

}  // namespace

LoginGate::LoginGate()
    : attempts_(kLoginRate),
      wrong_(kWrongLoginRate),
      familiar_(kMaxFamiliar),
      waiting_(kMaxWaitingOfOne, kMaxWaiting),
      first_(ThreadPoolOptions{.max_threads = 1, .max_waiting = kMaxFamiliarWaiting}),
      others_(ThreadsForOthers()) {}

Status LoginGate::Submit(const Attempt& attempt, std::function<void()> work) {
  const std::string key = KeyOf(attempt);
  bool familiar = false;
  {
    const MutexLock lock(mutex_);
    familiar = familiar_.Find(key) != nullptr;
  }
  const Time now = Now();
  if (!attempts_.Allow(key, now) || (!familiar && !wrong_.HasRoom(attempt.source, now))) {
    return Fail(ErrorKind::kLimitExceeded, "rate limit exceeded, try again in a minute");
  }

  if (familiar && first_.TrySubmit(work)) return {};
  auto slot = std::make_shared<SourceSlots::Slot>(waiting_.Take(attempt.source));
  if (!*slot) return Fail(ErrorKind::kConnectionProblem, "too many logins are under way: try again in a few seconds");
  others_.Submit([slot, work = std::move(work)] { work(); });
  return {};
}

void LoginGate::Report(const Attempt& attempt, Outcome outcome) {
  if (outcome == Outcome::kWrong) {
    wrong_.Allow(attempt.source, Now());
    return;
  }
  const MutexLock lock(mutex_);
  familiar_.Put(KeyOf(attempt), true);
}

}  // namespace sallyport
