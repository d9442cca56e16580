#include "libcluster/auth/nodes/node_cache.h"

#include <map>
#include <unordered_map>

#include "libbase/mutex.h"
#include "libcluster/backend/change_feed.h"
#include "libcluster/backend/store.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kAllNodes = static_cast<std::size_t>(1) << 30;

std::string Prefix() { return ResourceKey("node", ""); }

// Nodes in order, found again by their keys.
class OrderedNodes {
 public:
  Status Apply(const BackendEvent& event) {
    if (const auto old = orders_.find(event.item.key); old != orders_.end()) {
      nodes_.erase(old->second);
      orders_.erase(old);
    }
    if (event.removed) return {};
    ASSIGN_OR_RETURN(auto node, DecodeItem<types::ServerV2>(event.item));
    std::string order = NodeCache::OrderOf(node);
    orders_.emplace(event.item.key, order);
    nodes_.emplace(std::move(order), std::make_shared<const types::ServerV2>(std::move(node)));
    return {};
  }

  std::vector<SharedNode> List(const ListPlace& place, std::size_t limit) const {
    const Time now = Now();
    std::vector<SharedNode> found;
    const auto take = [&](const SharedNode& node) {
      const auto expires = ExpiresOf(*node);
      if (!expires || *expires > now) found.push_back(node);
    };
    const bool after = place.included == place.descending;  // start after all keys with that prefix
    auto at = after ? nodes_.upper_bound(place.order) : nodes_.lower_bound(place.order);
    if (!place.descending) {
      for (; at != nodes_.end() && found.size() < limit; ++at) take(at->second);
      return found;
    }
    if (place.order.empty()) at = nodes_.end();
    while (at != nodes_.begin() && found.size() < limit) take((--at)->second);
    return found;
  }

 private:
  std::map<std::string, SharedNode> nodes_;
  std::unordered_map<std::string, std::string> orders_;  // the order of each key
};

Status Load(Backend& backend, OrderedNodes& nodes) {
  ASSIGN_OR_RETURN(const auto items, backend.List(Prefix(), "", kAllNodes));
  for (const auto& item : items) RETURN_IF_ERROR(nodes.Apply({false, item}));
  return {};
}

}  // namespace

struct NodeCache::State : std::enable_shared_from_this<State> {
  explicit State(Backend& backend_in) : backend(backend_in) {}

  Backend& backend;
  Mutex mutex;
  std::shared_ptr<ChangeWatcher> watcher GUARDED_BY(mutex);
  OrderedNodes nodes GUARDED_BY(mutex);

  // Applies the changes, or reads all nodes.
  Status Refresh() REQUIRES(mutex) {
    if (watcher) {
      if (const auto events = watcher->Take()) {
        for (const auto& event : *events) RETURN_IF_ERROR(nodes.Apply(*event));
        return {};
      }
    }
    const Status begun = Begin();
    if (!begun) watcher.reset();
    return begun;
  }

 private:
  // Watches before reading, so that no change is missed.
  Status Begin() REQUIRES(mutex) {
    nodes = {};
    // Applies changes at once, so that they do not queue up between calls.
    watcher = backend.Watch({Prefix()}, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      const MutexLock lock(self->mutex);
      if (self->watcher && !self->Refresh()) self->watcher.reset();
    });
    return Load(backend, nodes);
  }
};

NodeCache::NodeCache(Backend& backend) : state_(std::make_shared<State>(backend)) {}
NodeCache::~NodeCache() = default;

std::string NodeCache::OrderOf(const types::ServerV2& node) {
  return node.spec().hostname() + kOrderSeparator + node.metadata().name();
}

Result<std::vector<SharedNode>> NodeCache::List(const ListPlace& place, std::size_t limit) {
  const MutexLock lock(state_->mutex);
  RETURN_IF_ERROR(state_->Refresh());
  auto found = state_->nodes.List(place, limit);
  // A backend that does not report changes is read each time, so the cache keeps no nodes of it.
  if (!state_->watcher->knows()) state_->nodes = {};
  return found;
}

Result<std::vector<SharedNode>> NodeCache::All() { return List({}, kAllNodes); }

}  // namespace sallyport
