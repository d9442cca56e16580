// Remembers which custom resources describe one resource of the cluster: a TeleportRoleV6 and a TeleportRoleV7 of one
// name both describe the role of that name. The oldest has the resource.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libbase/mutex.h"
#include "libmachine/operator/custom_kind.h"

namespace sallyport {

// A custom resource that describes a resource.
struct CustomClaim {
  const CustomKind* kind = nullptr;
  std::string created;  // RFC 3339, in whole seconds
  std::string uid;
  bool held = false;  // it has the finalizer: of two that were created in one second, it came first
};

// Safe from several threads.
class CustomClaims {
 public:
  // Adds a custom resource of a name, or replaces the claim of its kind.
  void Add(const std::string& name, const CustomClaim& claim) EXCLUDES(mutex_);
  void Remove(const CustomKind& kind, const std::string& name) EXCLUDES(mutex_);

  // Returns the kind of the oldest custom resource beside that of `kind` for the same resource: of those that are older
  // (OlderThan), or of all (Other). Returns nullptr when there is none.
  const CustomKind* OlderThan(const CustomKind& kind, const std::string& name) const EXCLUDES(mutex_);
  const CustomKind* Other(const CustomKind& kind, const std::string& name) const EXCLUDES(mutex_);

 private:
  using Key = std::pair<std::string_view, std::string>;  // kind of resource, name

  mutable Mutex mutex_;
  std::map<Key, std::vector<CustomClaim>> claims_ GUARDED_BY(mutex_);  // of one resource: the oldest first
};

}  // namespace sallyport
