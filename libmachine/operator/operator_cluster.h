// The requests of the operator to its cluster. Tests pass another class than the real one.
#pragma once

#include <optional>
#include <string>

#include "libbase/error.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// A resource as the cluster has it.
struct StoredResource {
  Resource resource;
  bool shows_all = true;  // a read returns all fields that a write sets
};

// Safe from several threads. Errors are those of the client library.
class OperatorCluster {
 public:
  virtual ~OperatorCluster() = default;

  // Returns the resource with exactly this name and sub kind, with its secrets; or nothing.
  virtual Result<std::optional<StoredResource>> Find(const KindRow& kind, const std::string& name,
                                                     std::string_view sub_kind) = 0;
  virtual Status Create(const Resource& resource) = 0;
  // Writes a resource that carries the revision of the read. Fails with kCompareFailed when it was changed since.
  virtual Status Update(const Resource& resource) = 0;
  virtual Status Remove(const KindRow& kind, const std::string& name) = 0;
};

}  // namespace sallyport
