// Removing from a list what a user's roles do not reach: whole lists (of objects, or tables of them) and watch events.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// Whether an object may be seen, by its namespace and name.
using ObjectPredicate = std::function<bool(std::string_view kube_namespace, std::string_view name)>;

// Returns the JSON of a list without the objects that the predicate refuses; anything that is no list stays as it is.
// Fails with kBadParameter when it is no JSON.
Result<std::string> FilterList(std::string_view json, const ObjectPredicate& may_see);

// Returns one watch event (a line), or nothing when its object may not be seen.
Result<std::optional<std::string>> FilterWatchEvent(std::string_view json, const ObjectPredicate& may_see);

}  // namespace sallyport
