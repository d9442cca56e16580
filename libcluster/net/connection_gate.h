// Decides which connections are let in at all, before their TLS costs anything. A handshake costs a hundred times what
// a refusal does, and who floods needs none to succeed: sources of which a known caller has come are let in before
// strangers, and one source does not take the places of the others.
#pragma once

#include <mutex>
#include <string>

#include "libbase/time.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/recent_map.h"

namespace sallyport {

// Safe from several threads.
class ConnectionGate {
 public:
  // `processors` are those of the process (Processors).
  explicit ConnectionGate(unsigned processors);

  // Notes that a caller whose certificate or login was accepted has come from a source (SourceOf). It counts for an
  // hour.
  void Know(const std::string& source, Time now);

  // Returns whether a new connection of a source is let in, within kKnownSourceRate, or kStrangerRate and
  // kAllStrangersRate. Logs refusals, at most every ten seconds.
  bool Admit(const std::string& source, Time now);

 private:
  bool IsKnown(const std::string& source, Time now);
  bool HasRoom(const std::string& source, Time now);

  RateLimiter known_sources_{kKnownSourceRate};
  RateLimiter strangers_{kStrangerRate};
  RateLimiter all_strangers_;
  std::mutex mutex_;
  RecentMap<Time> known_{10'000};  // when they were known last
  Time complain_again_{};
  std::size_t refused_ = 0;
};

}  // namespace sallyport
