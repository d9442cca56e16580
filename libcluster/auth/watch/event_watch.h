// One watch of a client: streams the changes of the cluster's resources.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libcluster/backend/change_feed.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// The stream owns the watch. Safe from several threads.
class EventWatch : public std::enable_shared_from_this<EventWatch> {
 public:
  // `slots` counts the watches of each caller.
  EventWatch(AuthServer& auth, SourceSlots& slots, RpcStreamCall call);

  // Reads the watched kinds, confirms them, and from then on sends the changes. Ends the stream with an error when the
  // client is too slow, its certificate expires, a lock names it, or its user or roles change.
  void Start();

 private:
  void Open(const std::optional<std::string>& request);
  Status Accept(const std::string& request);
  void Wake();
  void Send(const proto::Event& event);
  void SendNext();
  Result<std::optional<proto::Event>> Next();
  void Close(const Status& status);

  AuthServer& auth_;
  const RpcStreamCall call_;
  const SourceSlots::Slot slot_;
  std::optional<EventFilter> filter_;
  std::shared_ptr<ChangeWatcher> watcher_;
  Mutex mutex_;
  bool sending_ GUARDED_BY(mutex_) = false;
  SharedEvents changes_ GUARDED_BY(mutex_);  // not sent from next_ on
  std::size_t next_ GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport
