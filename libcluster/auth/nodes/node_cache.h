// Keeps the cluster's nodes in memory, so that neither a lookup nor a page of a list reads all of them. Follows the
// changes of the backend.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/node.h"

namespace sallyport {

// Separates the parts of a sort key; less than any character of a name.
inline constexpr char kOrderSeparator = '\x01';

// The start and direction of a piece of a list. Without an order: from its beginning, or from its end when descending.
struct ListPlace {
  std::string order;
  bool included = false;
  bool descending = false;
};

// Safe from several threads.
class NodeCache {
 public:
  // The backend must outlive the cache. Reads the nodes at the first call.
  explicit NodeCache(Backend& backend);
  ~NodeCache();

  // Returns the sort key of a node: hostname and node name, since several hosts may share a hostname.
  static std::string OrderOf(const types::ServerV2& node);

  // Returns at most `limit` nodes from `place` on.
  Result<std::vector<SharedNode>> List(const ListPlace& place, std::size_t limit);
  // Returns all nodes.
  Result<std::vector<SharedNode>> All();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
