// Feeds arbitrary bytes to the readers of bodies of Kubernetes requests.
#include <cstddef>
#include <cstdint>
#include <string_view>

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
  return 0;
}
