// The keys of issuers of ID tokens, fetched when a join needs them and kept for a while. Strangers cause the fetches,
// so joins that need the same keys share one fetch, and neither a wrong key id nor a failing issuer causes many.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libcluster/auth/proofs/issuer_fetch.h"
#include "libidentity/jwk.h"

namespace sallyport {

// How long keys are kept; how long after a fetch an unknown key id causes no other; the same after a failure.
inline constexpr std::chrono::minutes kKeysKept{5};
inline constexpr std::chrono::minutes kUnknownKeyPause{1};
inline constexpr std::chrono::seconds kFailedFetchPause{10};
// How many joins may wait for the fetch of one issuer, with the join that fetches.
inline constexpr int kMaxKeyWaiters = 8;

// Safe from several threads.
class IssuerKeys {
 public:
  using Keys = std::shared_ptr<const std::vector<JsonWebKey>>;
  using Fetch = std::function<Result<std::vector<JsonWebKey>>(const Issuer&)>;

  // `fetch` is called on the threads of callers, for one issuer by one of them at a time.
  explicit IssuerKeys(Fetch fetch) : fetch_(std::move(fetch)) {}
  ~IssuerKeys();

  // Returns the keys of an issuer for a token that names a key; the key may be missing among them. Fails as the fetch
  // does, and with kLimitExceeded when too many callers wait already.
  Result<Keys> KeysOf(const Issuer& issuer, std::string_view key_id);

 private:
  class Entry;
  std::shared_ptr<Entry> EntryOf(const Issuer& issuer);

  const Fetch fetch_;
  Mutex mutex_;
  std::map<Issuer, std::shared_ptr<Entry>> entries_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
