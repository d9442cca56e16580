// The operator's access to its cluster: joins as a bot, in memory alone, and keeps certificates with the roles of the
// bot that the operator works with.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/stop_signal.h"
#include "libbase/time.h"
#include "libmachine/bot/destination/memory_destination.h"
#include "libmachine/bot/identity/bot_identity.h"
#include "libmachine/bot/identity/remote_cluster.h"
#include "libmachine/join_settings.h"

namespace sallyport {

class OperatorIdentity {
 public:
  struct Options {
    JoinSettings join;  // of the role Bot
    Nanoseconds ttl = std::chrono::hours(1);
    Nanoseconds renewal_interval = std::chrono::minutes(30);
  };
  explicit OperatorIdentity(Options options);

  // Joins, and gets the first certificates. Fails as the cluster does, and with kAccessDenied when the bot has no
  // roles.
  Status Start() EXCLUDES(mutex_);
  // Renews everything at the interval, until the stop; a failure is logged, and tried again soon.
  void KeepRenewed(const StopSignal& stop) EXCLUDES(mutex_);

  RemoteCluster& cluster() { return cluster_; }
  // Returns the certificates to work with. Call it after Start.
  std::shared_ptr<const BotCredentials> credentials() const EXCLUDES(mutex_);

  // Returns what a resource is to the operator ("the operator's own role"); "" for resources that it may change.
  std::string OwnedAs(std::string_view kind, const std::string& name) const EXCLUDES(mutex_);

 private:
  Status Issue() EXCLUDES(mutex_);

  const Options options_;
  RemoteCluster cluster_;
  MemoryDestination storage_;
  BotIdentity identity_;
  mutable Mutex mutex_;
  std::shared_ptr<const BotCredentials> credentials_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
