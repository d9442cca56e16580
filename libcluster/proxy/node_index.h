// The nodes of the cluster in memory, so that finding one does not read them all: kept in step by what the backend says
// has changed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libcluster/backend/backend.h"
#include "libcluster/proxy/node_match.h"

namespace sallyport {

// Safe from several threads.
class NodeIndex {
 public:
  // The backend must outlive it. Nodes are read when one is looked for.
  explicit NodeIndex(Backend& backend);
  ~NodeIndex();

  // Returns the node that is meant. Fails as MatchNode does.
  Result<types::ServerV2> Find(const HostPort& target, const NodeMatchRules& rules);

 private:
  Status Refresh();
  Status Load();
  Status Apply(const BackendEvent& event);

  Backend& backend_;
  std::mutex mutex_;  // of everything below
  std::shared_ptr<ChangeWatcher> watcher_;
  std::map<std::string, types::ServerV2> nodes_;  // by key
};

}  // namespace sallyport
