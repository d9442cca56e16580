// Feeds arbitrary bytes to the readers of bodies of Kubernetes requests, and of the output of credential plugins.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libcluster/kube/exec_plugin.h"
#include "libcluster/kube/request/request_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const std::string_view type :
       {std::string_view("application/json"), std::string_view("application/yaml"), kKubeProtobuf}) {
    (void)ReadObjectName(body, type);
    const auto review = ReadAccessReview(body, type);
    if (!review || !review->about_resource) continue;
    const auto again = ReadAccessReview(DeniedReview(*review, "no", true), kKubeProtobuf);
    if (again && again->about_resource && again->request.name != review->request.name) __builtin_trap();
  }
  (void)ParseExecCredential(body, "client.authentication.k8s.io/v1");
  (void)HideSecrets(body, {"secret"});
  return 0;
}
