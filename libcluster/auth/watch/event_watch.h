// One watch of a client: a stream that tells it what changes in the cluster.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "libcluster/auth/watch/watched_kinds.h"
#include "libcluster/backend/change_feed.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Lives as long as its stream, which holds it. Safe from several threads.
class EventWatch : public std::enable_shared_from_this<EventWatch> {
 public:
  // `slots` counts the watches of each caller.
  EventWatch(AuthServer& auth, SourceSlots& slots, RpcStreamCall call);

  // Reads what is to be watched, answers that it is, and from then on sends what changes. A client that does not keep
  // up, whose certificate ends, who is locked, or whose user or roles change is told so instead, and the stream ends.
  void Start();

 private:
  void Open(const std::optional<std::string>& request);
  Status Accept(const std::string& request);
  void Wake();
  void Send(const proto::Event& event);
  void SendNext();
  Result<std::optional<proto::Event>> Next();
  Status CheckCaller() const;
  void Close(const Status& status);

  AuthServer& auth_;
  const RpcStreamCall call_;
  const SourceSlots::Slot slot_;
  std::optional<EventFilter> filter_;
  std::shared_ptr<ChangeWatcher> watcher_;
  std::mutex mutex_;  // of what follows
  bool sending_ = false;
  SharedEvents changes_;  // taken, and from next_ on not sent
  std::size_t next_ = 0;
};

}  // namespace sallyport
