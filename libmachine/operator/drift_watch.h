// Watches the resources of the cluster that custom resources describe, so that a change by somebody else is put right
// within seconds (docs/protocol/operator.md#drift).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "libbase/stop_signal.h"
#include "libmachine/bot/identity/remote_cluster.h"
#include "libmachine/operator/remote_operator_cluster.h"

namespace sallyport {

class DriftWatch {
 public:
  struct Options {
    // Called by the thread of Run for each resource that was written or removed. `kind` is a kind of resource ("role");
    // `written` is the resource without its secrets, or nullptr.
    std::function<void(std::string_view kind, const std::string& name, const google::protobuf::Message* written)>
        changed;
    // Called when changes may have been missed: everything is to be looked at.
    std::function<void()> missed;
  };
  // `cluster` outlives the object.
  DriftWatch(RemoteCluster& cluster, RemoteOperatorCluster::Credentials credentials, Options options);

  // Watches until the stop. Writes a failure to the log once, and begins again after a pause.
  void Run(const StopSignal& stop);

 private:
  Status Watch(const StopSignal& stop);
  Status Take(const std::string& message);

  RemoteCluster& cluster_;
  const RemoteOperatorCluster::Credentials credentials_;
  const Options options_;
  bool begun_ = false;  // an earlier watch was confirmed: changes since its end may have been missed
};

}  // namespace sallyport
