// Removing from answers what a user's roles do not reach: from lists (of objects, of their metadata, or tables of them)
// as they arrive, object by object, and from watches, event by event. An answer of another form is an error, and so is
// an object without a name: what cannot be judged is not shown.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

class Value;

// Whether an object may be seen, by its namespace and name.
using ObjectPredicate = std::function<bool(std::string_view kube_namespace, std::string_view name)>;

// The largest object that is judged; etcd keeps at most 1.5 MiB of one.
inline constexpr std::size_t kMaxObjectBytes = 8U << 20;

// Filters one list. Holds one object at a time, whatever the size of the list.
class ListFilter {
 public:
  explicit ListFilter(ObjectPredicate may_see);
  ~ListFilter();
  ListFilter(const ListFilter&) = delete;
  ListFilter& operator=(const ListFilter&) = delete;

  // Calls `seen` for each object of the list that may be seen, as it arrives, with its JSON. Rows of tables are given
  // whole.
  using Seen = std::function<void(const Value& object, std::string_view json)>;
  void OnObject(Seen seen);
  // Takes more of the JSON, and appends to `out` what may be shown of it. kNotImplemented for what is no list,
  // kBadParameter for what is no JSON.
  Status Put(std::string_view json, std::string& out);
  // The JSON has ended. kNotImplemented when that was not a whole list.
  Status End() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

// Returns the JSON of a whole list without the objects that the predicate refuses. Fails as ListFilter does.
Result<std::string> FilterList(std::string_view json, const ObjectPredicate& may_see);

// Returns one watch event (a line), or nothing when its object may not be seen, or it has none: only bookmarks and
// errors pass without one. kBadParameter when it is no JSON.
Result<std::optional<std::string>> FilterWatchEvent(std::string_view json, const ObjectPredicate& may_see);

}  // namespace sallyport
