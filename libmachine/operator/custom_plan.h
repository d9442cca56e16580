// Says what the operator would do to a cluster for some custom resources, without doing it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Returns the resource of a name as the cluster has it, with its secrets; or nothing.
using StoredFinder = std::function<Result<std::optional<Resource>>(const KindRow& kind, const std::string& name)>;

struct CustomPlan {
  // A row for each custom resource: kind and name (unless the name is a secret) of the resource, custom_resource (its
  // kind), change (create, update, delete, none, ignored, refused), fields (path, before, after), reason. Values of
  // secrets are replaced by texts that say whether they differ.
  Value rows = Value::EmptyList();
  bool differs = false;  // something would be created, updated or deleted
  bool refuses = false;  // the operator would refuse a custom resource
};

// Returns the plan for objects as Kubernetes writes them; items of lists count one by one. Fails with kBadParameter
// when an object is no custom resource of CustomKinds(), and as `find` does.
Result<CustomPlan> PlanCustomResources(const std::vector<Value>& objects, const StoredFinder& find);

// Returns the rows for people: "+" marks what is added, "-" what is removed, "~" what is changed, "!" what is refused.
std::string CustomPlanText(const Value& rows);

}  // namespace sallyport
