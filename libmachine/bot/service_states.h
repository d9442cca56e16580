// The state of each part of a running bot, as its diagnostics and `tbot status` show it (docs/protocol/tbot.md#states).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libbase/value.h"

namespace sallyport {

enum class Health { kInitializing, kHealthy, kUnhealthy };

struct ServiceState {
  std::string name;
  std::string type;
  std::string destination;  // of an output; else empty
  Health health = Health::kInitializing;
  std::string reason;  // of the last failure; empty after a success
  std::string hint;    // what to do about it
  std::optional<Time> updated_at;
  std::optional<Time> last_success;
  std::optional<Time> next_run;
};

// Safe from several threads.
class ServiceStates {
 public:
  // Adds a service that has not run. Names are unique.
  void Add(std::string name, std::string type, std::string destination = {}) EXCLUDES(mutex_);
  // Reports the end of a run, with all of its attempts.
  void Report(std::string_view name, const Status& result) EXCLUDES(mutex_);
  // Reports a failed attempt that is followed by another one.
  void ReportAttempt(std::string_view name, const Error& error) EXCLUDES(mutex_);
  void SetNextRun(std::string_view name, Time time) EXCLUDES(mutex_);

  // Returns the states in the order of their names.
  std::vector<ServiceState> All() const EXCLUDES(mutex_);
  std::optional<ServiceState> Find(std::string_view name) const EXCLUDES(mutex_);
  // Returns whether every service but `except` has ended a run.
  bool AllHaveRun(std::string_view except) const EXCLUDES(mutex_);

 private:
  ServiceState* Row(std::string_view name) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::vector<ServiceState> states_ GUARDED_BY(mutex_);
};

// "initializing", "healthy" or "unhealthy".
std::string_view HealthName(Health health);
// Returns whether all services are healthy.
bool AllHealthy(const std::vector<ServiceState>& states);

// Return the JSON of /readyz and of /readyz/SERVICE.
Value ReadinessValue(const std::vector<ServiceState>& states);
Value ReadinessValue(const ServiceState& state);

}  // namespace sallyport
