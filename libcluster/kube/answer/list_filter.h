// Removes the objects that a user's roles do not allow from answers: from lists (of objects, of their metadata, or
// tables of them) as they arrive, object by object, and from watches, event by event. An answer of another form and an
// object without a name are errors: they cannot be checked.
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

// Returns whether the user may see an object of this namespace and name.
using ObjectPredicate = std::function<bool(std::string_view kube_namespace, std::string_view name)>;

// The size limit of an object; etcd stores at most 1.5 MiB.
inline constexpr std::size_t kMaxObjectBytes = 8U << 20;

// Filters one list. Holds one object at a time, whatever the size of the list.
class ListFilter {
 public:
  explicit ListFilter(ObjectPredicate may_see);
  ~ListFilter();
  ListFilter(const ListFilter&) = delete;
  ListFilter& operator=(const ListFilter&) = delete;

  // Calls `seen` with each visible object of the list and its JSON, as it arrives; for tables, with the whole row.
  using Seen = std::function<void(const Value& object, std::string_view json)>;
  void OnObject(Seen seen);
  // Parses more of the JSON and appends the visible part to `out`. Fails with kNotImplemented when it is no list,
  // kBadParameter when it is no JSON.
  Status Put(std::string_view json, std::string& out);
  // Ends the JSON. Fails with kNotImplemented when the list is incomplete.
  Status End() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

// Returns the JSON of a whole list without the objects that the predicate refuses. Fails as ListFilter does.
Result<std::string> FilterList(std::string_view json, const ObjectPredicate& may_see);

// Returns one watch event (a line), or nothing when its object is not visible or missing; only bookmarks and errors
// pass without an object. Fails with kBadParameter when the line is no JSON.
Result<std::optional<std::string>> FilterWatchEvent(std::string_view json, const ObjectPredicate& may_see);

}  // namespace sallyport
