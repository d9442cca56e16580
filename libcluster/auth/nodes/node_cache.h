// The nodes of the cluster in memory, so that neither finding one nor a page of a list reads them all: kept in step by
// what the backend says has changed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/node.h"

namespace sallyport {

// Between the parts of what lists are ordered by: less than any character of a name.
inline constexpr char kOrderSeparator = '\x01';

// Where a piece of a list begins, and which way it goes. Without an order: at its beginning, or its end.
struct ListPlace {
  std::string order;
  bool included = false;
  bool descending = false;
};

// Safe from several threads.
class NodeCache {
 public:
  // The backend must outlive it. Nodes are read when they are first asked for.
  explicit NodeCache(Backend& backend);
  ~NodeCache();

  // Returns what lists of nodes are ordered by: the host's name, and the node's own, as several hosts may share one.
  static std::string OrderOf(const types::ServerV2& node);

  // Returns at most `limit` of the nodes that are there, from a place on.
  Result<std::vector<SharedNode>> List(const ListPlace& place, std::size_t limit);
  // Returns all of them.
  Result<std::vector<SharedNode>> All();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
