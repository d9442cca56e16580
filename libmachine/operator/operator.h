// Keeps resources of a cluster as custom resources of one namespace say (docs/protocol/operator.md).
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/stop_signal.h"
#include "libkube/api.h"
#include "libmachine/local_server.h"
#include "libmachine/operator/custom_claims.h"
#include "libmachine/operator/custom_index.h"
#include "libmachine/operator/custom_reconciler.h"
#include "libmachine/operator/event_writer.h"
#include "libmachine/operator/kube_custom_api.h"
#include "libmachine/operator/operator_identity.h"
#include "libmachine/operator/operator_report.h"
#include "libmachine/operator/reconcile_queue.h"
#include "libmachine/operator/remote_operator_cluster.h"

namespace sallyport {

// The Lease of Teleport's operator: of the two kinds of operators in one namespace, one works.
inline constexpr std::string_view kOperatorLease = "431e83f4.teleport.dev";

struct OperatorOptions {
  OperatorIdentity::Options identity;
  KubeEndpoint kube;
  std::string kube_namespace;
  std::string lease_name{kOperatorLease};
  std::string hostname;
  std::string metrics_address;  // HOST:PORT; empty or "0": none
  std::string health_address;
  std::chrono::seconds sync_period = std::chrono::hours(10);
  int workers = 4;
  bool paused = false;  // watches, and writes nothing
};

class Operator {
 public:
  // Fails with kBadParameter when the endpoint cannot be used.
  static Result<std::unique_ptr<Operator>> Make(OperatorOptions options);
  ~Operator();
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  // Joins, serves the health checks, waits for the lease, and works until Stop. Fails as joining does, and when an
  // address cannot be listened on. A lost lease is no failure: the operator waits for it again.
  Status Run();

  // Both are safe from other threads.
  void Stop() { stop_.Stop(); }
  void SyncNow() { QueueAll(ReconcileCause::kCustomResource); }

 private:
  explicit Operator(OperatorOptions options);
  Status Listen();
  void Lead(const StopSignal& end);
  void Follow(const CustomKind& kind, const StopSignal& end);
  void Changed(const CustomKind& kind, const Value& object);
  void Gone(const CustomKind& kind, const std::string& name);
  Status WriteEvent(const Value& event);
  void WaitForLists(const StopSignal& end) EXCLUDES(mutex_);
  void Work();
  void Drifted(std::string_view kind, const std::string& name, const google::protobuf::Message* written)
      EXCLUDES(mutex_);
  bool IsFight(const CustomIndex::Object& object) EXCLUDES(mutex_);
  void Tick(const StopSignal& end) EXCLUDES(mutex_);
  void QueueAll(ReconcileCause cause);

  const OperatorOptions options_;
  StopSignal stop_;
  std::unique_ptr<KubeApi> kube_;
  OperatorIdentity identity_;
  std::unique_ptr<KubeCustomApi> api_;
  RemoteOperatorCluster cluster_;
  CustomClaims claims_;
  CustomIndex index_;
  std::unique_ptr<EventWriter> events_;
  std::unique_ptr<OperatorReport> report_;
  std::unique_ptr<CustomReconciler> reconciler_;
  ReconcileQueue queue_{ReconcileQueue::Options()};
  Mutex mutex_;
  ConditionVariable listed_;
  std::set<std::string_view> lists_ GUARDED_BY(mutex_);  // kinds whose first list has come
  std::map<CustomIndex::Object, std::deque<std::chrono::steady_clock::time_point>> drifts_ GUARDED_BY(mutex_);
  std::set<CustomIndex::Object> slowed_ GUARDED_BY(mutex_);
  std::unique_ptr<LocalServer> health_;
  std::unique_ptr<LocalServer> metrics_;
};

}  // namespace sallyport
