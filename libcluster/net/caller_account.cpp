#include "libcluster/net/caller_account.h"

#include <map>

#include "libbase/mutex.h"

namespace sallyport {
namespace {

constexpr std::size_t kSmallPart = 32;

}  // namespace

bool CallerAccount::IsFull() const {
  const bool all_full = *of_all_ > budget_.unfinished_bytes + budget_.queued_bytes;
  return bytes_ > budget_.caller_bytes || (all_full && bytes_ > budget_.caller_bytes / kSmallPart);
}

std::shared_ptr<void> Hold(std::shared_ptr<CallerAccount> account, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  account->Add(bytes);
  return {nullptr, [account = std::move(account), bytes](void*) { account->Remove(bytes); }};
}

struct CallerAccounts::State {
  using Total = std::shared_ptr<std::atomic<std::size_t>>;

  // The account has expired, but its entry may already be a new one of the same caller.
  void ForgetIfGone(const std::string& caller) {
    const MutexLock lock(mutex);
    const auto found = by_caller.find(caller);
    if (found != by_caller.end() && found->second.expired()) by_caller.erase(found);
  }

  Mutex mutex;
  std::map<std::string, std::weak_ptr<CallerAccount>> by_caller GUARDED_BY(mutex);
  const Total known_bytes = std::make_shared<std::atomic<std::size_t>>(0);
  const Total unknown_bytes = std::make_shared<std::atomic<std::size_t>>(0);
};

CallerAccounts::CallerAccounts(Endpoint endpoint) : endpoint_(endpoint), state_(std::make_shared<State>()) {}

std::shared_ptr<CallerAccount> CallerAccounts::Of(CallerState state, const std::string& caller) {
  const auto& total = state == CallerState::kKnown ? state_->known_bytes : state_->unknown_bytes;
  const MutexLock lock(state_->mutex);
  auto& entry = state_->by_caller[caller];
  if (auto account = entry.lock()) return account;

  const auto forget = [accounts = state_, caller](const CallerAccount* gone) {
    delete gone;
    accounts->ForgetIfGone(caller);
  };
  const std::shared_ptr<CallerAccount> account(new CallerAccount(BudgetOf(endpoint_, state), total), forget);
  entry = account;
  return account;
}

std::size_t CallerAccounts::size() const {
  const MutexLock lock(state_->mutex);
  return state_->by_caller.size();
}

}  // namespace sallyport
