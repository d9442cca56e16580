#include "libcluster/auth/proofs/issuer_keys.h"

#include <algorithm>
#include <atomic>
#include <optional>

namespace sallyport {
namespace {

// Issuers are in token resources; those of removed tokens are forgotten with all others.
constexpr std::size_t kMaxIssuers = 256;

// Returns whether a time lies less than `pause` back. A clock that was set back makes it false.
bool IsWithin(Nanoseconds pause, Time time, Time now) { return time <= now && now - time < pause; }

}  // namespace

class IssuerKeys::Entry {
 public:
  // `fetch` outlives the entry.
  explicit Entry(const Fetch& fetch) : fetch_(fetch) {}

  // Returns what callers get without a fetch, if anything.
  std::optional<Result<Keys>> Kept(std::string_view key_id, Time now) const {
    const MutexLock lock(mutex_);
    if (keys_ && IsWithin(kKeysKept, fetched_, now)) {
      const bool known = std::ranges::find(*keys_, key_id, &JsonWebKey::id) != keys_->end();
      if (known || IsWithin(kUnknownKeyPause, asked_, now)) return keys_;
    }
    if (failure_ && IsWithin(kFailedFetchPause, asked_, now)) return std::unexpected(*failure_);
    return std::nullopt;
  }

  // Fetches, unless another caller did so meanwhile.
  Result<Keys> Get(const Issuer& issuer, std::string_view key_id) {
    const MutexLock fetching(fetching_);
    if (auto kept = Kept(key_id, Now())) return *std::move(kept);
    auto fetched = fetch_(issuer);

    const MutexLock lock(mutex_);
    asked_ = Now();
    if (!fetched) {
      failure_ = fetched.error();
      return std::unexpected(std::move(fetched).error());
    }
    failure_.reset();
    fetched_ = asked_;
    keys_ = std::make_shared<const std::vector<JsonWebKey>>(*std::move(fetched));
    return keys_;
  }

  // Counts a caller that fetches or waits.
  class Waiter {
   public:
    explicit Waiter(Entry& entry) : entry_(entry), admitted_(++entry.waiting_ <= kMaxKeyWaiters) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { --entry_.waiting_; }
    bool admitted() const { return admitted_; }

   private:
    Entry& entry_;
    const bool admitted_;
  };

 private:
  std::atomic<int> waiting_ = 0;
  Mutex fetching_;  // held by the caller that fetches
  const Fetch& fetch_ GUARDED_BY(fetching_);
  mutable Mutex mutex_;
  Keys keys_ GUARDED_BY(mutex_);
  Time fetched_ GUARDED_BY(mutex_){};  // when the keys came
  Time asked_ GUARDED_BY(mutex_){};    // when the last fetch ended
  std::optional<Error> failure_ GUARDED_BY(mutex_);
};

IssuerKeys::~IssuerKeys() = default;

std::shared_ptr<IssuerKeys::Entry> IssuerKeys::EntryOf(const Issuer& issuer) {
  const MutexLock lock(mutex_);
  if (const auto found = entries_.find(issuer); found != entries_.end()) return found->second;
  if (entries_.size() >= kMaxIssuers) entries_.clear();
  return entries_[issuer] = std::make_shared<Entry>(fetch_);
}

Result<IssuerKeys::Keys> IssuerKeys::KeysOf(const Issuer& issuer, std::string_view key_id) {
  const std::shared_ptr<Entry> entry = EntryOf(issuer);
  if (auto kept = entry->Kept(key_id, Now())) return *std::move(kept);
  const Entry::Waiter waiter(*entry);
  if (waiter.admitted()) return entry->Get(issuer, key_id);
  return Fail(ErrorKind::kLimitExceeded, "too many joins wait for the keys of the issuer");
}

}  // namespace sallyport
