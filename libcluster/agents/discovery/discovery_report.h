// The report of a discovery service: its last pass, its problems, the state of its discovery_configs. A change is
// logged once, however often it is told.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libbase/time.h"
#include "sallyport/v1/discovery.pb.h"

namespace sallyport {

// The results of one matcher's search that count for its discovery_config.
struct ConfigOutcome {
  std::uint64_t found = 0;
  std::vector<std::string> problems;
};

// The outcome of a pass, for reports.
struct PassOutcome {
  bool whole = false;
  std::size_t clusters = 0;
  std::vector<std::string> problems;        // why it is not whole
  std::vector<std::string> missing_rights;  // among them
  std::vector<std::string> notices;         // what is left out, and why
  std::map<std::string, ConfigOutcome> configs;
};

// Safe from several threads.
class DiscoveryReport {
 public:
  DiscoveryReport(std::string group, std::string hostname, std::string matchers_hash);

  // Takes the outcome of a pass; logs problems that are new, and that they are over.
  void TakePass(const PassOutcome& outcome, Time now);
  // Takes whether the auth service has taken the last report; logs a change.
  void TakeSync(const Status& synced);
  // Takes whether another service of the group has other matchers; logs a change.
  void TakeOtherMatchers(bool others);

  // Returns the next report. Its statuses of configs count as told after TakeSync with a success.
  v1::SyncDiscoveryRequest Next();
  // Returns the last report, that the service stops; nothing when the auth service has not taken the one before.
  std::optional<v1::SyncDiscoveryRequest> Last();

 private:
  void LogChange(std::set<std::string>& known, const std::vector<std::string>& now, const char* text, const char* over)
      REQUIRES(mutex_);

  Mutex mutex_;
  v1::SyncDiscoveryRequest report_ GUARDED_BY(mutex_);
  std::set<std::string> problems_ GUARDED_BY(mutex_);  // that were logged
  std::set<std::string> notices_ GUARDED_BY(mutex_);
  bool is_taken_ GUARDED_BY(mutex_) = false;  // the auth service has taken the last report
  std::string sync_failure_ GUARDED_BY(mutex_);
  bool other_matchers_ GUARDED_BY(mutex_) = false;
  std::size_t configs_sent_ GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport
