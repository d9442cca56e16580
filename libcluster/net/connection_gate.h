// Admits or refuses new connections before the cost of TLS. A handshake costs a hundred times as much as a refusal,
// even if it fails: sources that known callers used are admitted before strangers, and one source cannot take the
// places of others.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/recent_map.h"

namespace sallyport {

// Safe from several threads.
class ConnectionGate {
 public:
  // `processors` are those of the process (Processors).
  explicit ConnectionGate(unsigned processors);

  // Marks a source (SourceOf) as known for an hour, because a caller (a user, a host) with an accepted certificate or
  // login came from it. Each caller vouches for its last kSourcesOfOneCaller sources, so that one certificate does not
  // make a botnet known.
  void Know(const std::string& source, const std::string& caller, Time now);

  // Returns the known sources, the last seen first.
  std::vector<std::string> KnownSources(Time now);

  // Calls `changed` after each source that becomes known, on the thread of Know. Must be called before the first Know.
  void OnChange(std::function<void()> changed) { changed_.push_back(std::move(changed)); }

  // Returns whether to admit a new connection of a source, within kKnownSourceRate, or kStrangerRate and
  // kAllStrangersRate. Logs refusals, at most every ten seconds.
  bool Admit(const std::string& source, Time now);

 private:
  struct Known {
    Time last;
    std::string caller;  // the caller that vouches for the source
  };
  bool IsKnown(const std::string& source, Time now) EXCLUDES(mutex_);
  // Returns whether the source was not known before.
  bool Note(const std::string& source, const std::string& caller, Time now) EXCLUDES(mutex_);
  void Vouch(const std::string& source, const std::string& caller) REQUIRES(mutex_);
  bool HasRoom(const std::string& source, Time now) EXCLUDES(mutex_);

  RateLimiter known_sources_{kKnownSourceRate};
  RateLimiter strangers_{kStrangerRate};
  RateLimiter all_strangers_;
  Mutex mutex_;
  RecentMap<Known> known_ GUARDED_BY(mutex_);                          // by source
  RecentMap<std::vector<std::string>> sources_of_ GUARDED_BY(mutex_);  // by caller, the last vouched for at the end
  Time complain_again_ GUARDED_BY(mutex_) = {};
  std::size_t refused_ GUARDED_BY(mutex_) = 0;
  std::vector<std::function<void()>> changed_;  // complete before the first Know
};

}  // namespace sallyport
