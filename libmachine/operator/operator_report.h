// Tells people what the operator does: lines of the log, Events of Kubernetes, and metrics. A result is told once, not
// again with each attempt.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "libbase/mutex.h"
#include "libkube/api.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_reconciler.h"

namespace sallyport {

// Safe from several threads.
class OperatorReport {
 public:
  // `api` outlives the object. Events are written to the namespace.
  OperatorReport(KubeApi& api, std::string kube_namespace, std::string identity)
      : api_(api), namespace_(std::move(kube_namespace)), identity_(std::move(identity)) {}

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
  void WriteEvent(const CustomKind& kind, const std::string& name, const std::string& uid, std::string_view reason,
                  const std::string& message, bool is_failure);

  KubeApi& api_;
  const std::string namespace_;
  const std::string identity_;
  mutable Mutex mutex_;
  std::map<std::string_view, Counts> counts_ GUARDED_BY(mutex_);                                 // by kind
  std::map<std::pair<std::string_view, std::string>, std::string> failures_ GUARDED_BY(mutex_);  // told, by object
  bool leads_ GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport
