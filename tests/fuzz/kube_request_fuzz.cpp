// Request lines of Kubernetes clients.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libcluster/kube/request_info.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const auto question = std::min(target.find('?'), size);
  const auto query = target.substr(std::min(size, question + 1));
  for (const char* method : {"GET", "POST", "DELETE"}) {
    const auto info = ParseKubeRequest(method, target.substr(0, question), query);
    if (info.is_resource && (info.request.verb.empty() || info.request.resource.empty())) __builtin_trap();
  }
  QueryParameter(query, "command");
  return 0;
}
