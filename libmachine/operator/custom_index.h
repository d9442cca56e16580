// The custom resources that the operator has seen, by which it tells a change that needs a pass from one that its own
// writes have made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/mutex.h"
#include "libbase/value.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_resource.h"

namespace sallyport {

// Safe from several threads.
class CustomIndex {
 public:
  using Object = std::pair<const CustomKind*, std::string>;  // kind, name

  // Takes a state of an object. Returns whether it needs a pass: it is new, its spec, labels, annotations or time of
  // deletion have changed, or its finalizer is gone. A new status, and the finalizer that the operator adds, need none.
  bool Note(const CustomKind& kind, const Value& object) EXCLUDES(mutex_);
  // Takes that an object is gone.
  void Forget(const CustomKind& kind, const std::string& name) EXCLUDES(mutex_);

  std::vector<Object> All() const EXCLUDES(mutex_);
  // Returns the objects that describe a resource of the cluster.
  std::vector<Object> Of(std::string_view teleport_kind, const std::string& name) const EXCLUDES(mutex_);
  // Returns the objects of a kind of resource that are to be deleted, and still have their finalizer.
  std::vector<Object> Deleted(std::string_view teleport_kind) const EXCLUDES(mutex_);
  // Returns the uid of an object; "" when it is not known.
  std::string UidOf(const CustomKind& kind, const std::string& name) const EXCLUDES(mutex_);
  // Returns what was seen last of an object without the finalizer; nothing for other objects.
  std::optional<CustomMetadata> UnheldOf(const CustomKind& kind, const std::string& name) const EXCLUDES(mutex_);

  // Remembers the MeaningDigest of the resource that a pass has written or found as it should be; "": not known.
  void SetContent(const CustomKind& kind, const std::string& name, std::string digest) EXCLUDES(mutex_);
  // Returns whether the last pass has left a resource that says this; false for an empty digest.
  bool HasContent(const CustomKind& kind, const std::string& name, const std::string& digest) const EXCLUDES(mutex_);

 private:
  struct Known {
    const CustomKind* kind = nullptr;
    std::string uid;
    std::string asked;  // a digest of what counts
    bool has_finalizer = false;
    bool deleted = false;
    std::optional<CustomMetadata> unheld;
    std::string content;  // a digest of the resource of the cluster
  };
  using Key = std::pair<std::string_view, std::string>;  // kind, name

  mutable Mutex mutex_;
  std::map<Key, Known> known_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
