#include "libcluster/proxy/node_index.h"

#include <vector>

#include "libcluster/auth/store.h"
#include "libcluster/backend/change_feed.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kAll = static_cast<std::size_t>(1) << 30;

std::string Prefix() { return ResourceKey("node", ""); }

}  // namespace

NodeIndex::NodeIndex(Backend& backend) : backend_(backend) {}
NodeIndex::~NodeIndex() = default;

Status NodeIndex::Apply(const BackendEvent& event) {
  if (event.removed) {
    nodes_.erase(event.item.key);
    return {};
  }
  ASSIGN_OR_RETURN(nodes_[event.item.key], DecodeItem<types::ServerV2>(event.item));
  return {};
}

Status NodeIndex::Load() {
  nodes_.clear();
  // Watched first, so that nothing is missed between.
  watcher_ = backend_.Watch({Prefix()}, [] {});
  ASSIGN_OR_RETURN(const auto items, backend_.List(Prefix(), "", kAll));
  for (const auto& item : items) RETURN_IF_ERROR(Apply({false, item}));
  return {};
}

Status NodeIndex::Refresh() {
  if (watcher_) {
    const auto events = watcher_->Take();
    if (events) {
      for (const auto& event : *events) RETURN_IF_ERROR(Apply(event));
      return {};
    }
  }
  // It begins, or nobody has looked for a node for so long that too much has changed.
  const Status loaded = Load();
  if (!loaded) watcher_.reset();
  return loaded;
}

Result<types::ServerV2> NodeIndex::Find(const HostPort& target, const NodeMatchRules& rules) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Refresh());
  const Time now = Now();
  std::vector<const types::ServerV2*> there;
  there.reserve(nodes_.size());
  for (const auto& [key, node] : nodes_) {
    const auto expires = ExpiresOf(node);
    if (!expires || *expires > now) there.push_back(&node);
  }
  ASSIGN_OR_RETURN(const types::ServerV2* node, MatchNode(there, target, rules));
  return *node;
}

}  // namespace sallyport
