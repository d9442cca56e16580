// Tells people what the operator does: lines of the log, Events of Kubernetes, and metrics. A result is told once, not
// again with each attempt.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "libbase/mutex.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_reconciler.h"
#include "libmachine/operator/event_writer.h"

namespace sallyport {

// Safe from several threads.
class OperatorReport {
 public:
  struct Names {
    std::string kube_namespace;  // of the Events
    std::string hostname;        // of the operator
    std::string lease;
  };
  // `events` outlives the object.
  OperatorReport(EventWriter& events, Names names) : events_(events), names_(std::move(names)) {}

  // Takes the result of a pass for an object, whose uid is known or "".
  void Take(const CustomKind& kind, const std::string& name, const std::string& uid, const ReconcileResult& result)
      EXCLUDES(mutex_);
  void SetLeader(bool leads) EXCLUDES(mutex_);

  // Returns metrics in Prometheus' text format, with the names that Teleport's operator has.
  std::string Metrics(std::size_t depth) const EXCLUDES(mutex_);

 private:
  struct Counts {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
  };
  void AddEvent(const CustomKind& kind, const std::string& name, const std::string& uid, std::string_view reason,
                const std::string& message, bool is_failure);

  EventWriter& events_;
  const Names names_;
  mutable Mutex mutex_;
  std::map<std::string_view, Counts> counts_ GUARDED_BY(mutex_);                                 // by kind
  std::map<std::pair<std::string_view, std::string>, std::string> failures_ GUARDED_BY(mutex_);  // told, by object
  bool leads_ GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport
