// The requests of the operator about custom resources, sent to an API server.
#pragma once

#include <string>

#include "libkube/api.h"
#include "libmachine/operator/custom_api.h"

namespace sallyport {

class KubeCustomApi : public CustomApi {
 public:
  // `api` outlives the object.
  KubeCustomApi(KubeApi& api, std::string kube_namespace) : api_(api), namespace_(std::move(kube_namespace)) {}

  Result<std::optional<Value>> Get(const CustomKind& kind, const std::string& name) override;
  Result<Value> SetFinalizers(const CustomKind& kind, const CustomMetadata& object,
                              const std::vector<std::string>& finalizers) override;
  Status SetStatus(const CustomKind& kind, const CustomMetadata& object, const Value& status) override;
  Result<Value> GetSecret(const std::string& name) override;

 private:
  KubeObjectName NameOfObject(const CustomKind& kind, const std::string& name) const;

  KubeApi& api_;
  const std::string namespace_;
};

}  // namespace sallyport
