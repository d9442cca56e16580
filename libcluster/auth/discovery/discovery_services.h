// The discovery services that run, as they reported last: what `tctl inventory status` shows, and whether services of
// one group look for different things.
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

// The time after its last report during which a service counts as running.
inline constexpr std::chrono::seconds kDiscoveryServiceLife{60};

// Safe from several threads.
class DiscoveryServices {
 public:
  // The effects of a report.
  struct Change {
    bool other_matchers = false;    // the group has services with other matchers
    bool matchers_changed = false;  // that is new, or no longer so, since the last report of the group
    bool rights_changed = false;    // so are the missing rights of the service
  };

  // Takes a report, within limits of size.
  Change Report(const std::string& host_id, const std::string& hostname, const v1::DiscoveryState& state, Time now);

  // Takes that a service of the group stops. Returns what that changes for the group.
  Change Leave(const std::string& host_id, const std::string& group, Time now);

  // Returns the services that run, ordered by group and host.
  std::vector<v1::DiscoveryServiceInfo> All(Time now);

 private:
  struct Known {
    std::string hostname;
    v1::DiscoveryState state;
    Time reported{};
  };
  void DropSilent(Time now) REQUIRES(mutex_);
  bool HasOtherMatchers(const std::string& group) const REQUIRES(mutex_);
  Change ChangeOfGroup(const std::string& group) REQUIRES(mutex_);

  Mutex mutex_;
  std::map<std::string, Known> services_ GUARDED_BY(mutex_);       // by host id
  std::map<std::string, bool> other_matchers_ GUARDED_BY(mutex_);  // by group, as of its last report
  std::map<std::string, std::string> missing_ GUARDED_BY(mutex_);  // rights by host id, likewise
};

}  // namespace sallyport
