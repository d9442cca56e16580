// The requests of the operator to Kubernetes about custom resources. Tests pass another class than the real one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_resource.h"

namespace sallyport {

// Safe from several threads. All objects are in the namespace of the operator. Errors are those of KubeApi.
class CustomApi {
 public:
  virtual ~CustomApi() = default;

  // Returns the object as it is now; or nothing.
  virtual Result<std::optional<Value>> Get(const CustomKind& kind, const std::string& name) = 0;
  // Replaces the finalizers of an object. Fails with kCompareFailed when the object has another resourceVersion than
  // `object`, and with kNotFound. Returns the object as stored.
  virtual Result<Value> SetFinalizers(const CustomKind& kind, const CustomMetadata& object,
                                      const std::vector<std::string>& finalizers) = 0;
  // Replaces the status of an object; fails as SetFinalizers does.
  virtual Status SetStatus(const CustomKind& kind, const CustomMetadata& object, const Value& status) = 0;
  // Returns the Secret of a name. Fails with kNotFound.
  virtual Result<Value> GetSecret(const std::string& name) = 0;
};

}  // namespace sallyport
