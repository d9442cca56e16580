// Decides which connections are let in at all, before their TLS costs anything. A handshake costs a hundred times what
// a refusal does, and who floods needs none to succeed: sources of which a known caller has come are let in before
// strangers, and one source does not take the places of the others.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "libbase/time.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/recent_map.h"

namespace sallyport {

// Safe from several threads.
class ConnectionGate {
 public:
  // `processors` are those of the process (Processors).
  explicit ConnectionGate(unsigned processors);

  // Notes that a caller (a user, a host) whose certificate or login was accepted has come from a source (SourceOf). It
  // counts for an hour. Each caller vouches for the last kSourcesOfOneCaller sources; who has one certificate does not
  // make a botnet known.
  void Know(const std::string& source, const std::string& caller, Time now);

  // Returns the known sources, the last seen first.
  std::vector<std::string> KnownSources(Time now);

  // Calls `changed` after each source that becomes known, on the thread of Know. Before Know is called first.
  void OnChange(std::function<void()> changed) { changed_.push_back(std::move(changed)); }

  // Returns whether a new connection of a source is let in, within kKnownSourceRate, or kStrangerRate and
  // kAllStrangersRate. Logs refusals, at most every ten seconds.
  bool Admit(const std::string& source, Time now);

 private:
  struct Known {
    Time last;
    std::string caller;  // who vouches for it
  };
  bool IsKnown(const std::string& source, Time now);
  // Returns whether the source was not known before.
  bool Note(const std::string& source, const std::string& caller, Time now);
  void Vouch(const std::string& source, const std::string& caller);
  bool HasRoom(const std::string& source, Time now);

  RateLimiter known_sources_{kKnownSourceRate};
  RateLimiter strangers_{kStrangerRate};
  RateLimiter all_strangers_;
  std::mutex mutex_;
  RecentMap<Known> known_{10'000};                          // by source
  RecentMap<std::vector<std::string>> sources_of_{10'000};  // by caller, the last vouched for at the end
  std::vector<std::function<void()>> changed_;
  Time complain_again_{};
  std::size_t refused_ = 0;
};

}  // namespace sallyport
