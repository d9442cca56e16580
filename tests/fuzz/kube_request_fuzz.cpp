// Feeds arbitrary request lines of Kubernetes clients: the proxy sends the request that it has checked.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libcluster/kube/request/request_info.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = ParseKubeTarget(text);
  if (!target) return 0;
  for (const auto& segment : target->segments) {
    if (segment.empty() || segment == "." || segment == ".." || segment.find('/') != std::string::npos)
      __builtin_trap();
  }
  for (const char* method : {"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "x"}) {
    const auto info = ReadKubeRequest(method, *target);
    if (!info) continue;
    if (info->is_understood && info->is_resource && (info->request.verb.empty() || info->request.resource.empty())) {
      __builtin_trap();
    }
    // An agent must read the proxy's request in the same way.
    const std::string sent = info->path + (info->query.empty() ? "" : "?" + info->query);
    const auto again = ParseKubeTarget(sent);
    if (!again) __builtin_trap();
    const auto same = ReadKubeRequest(method, *again);
    if (!same || same->path != info->path || same->query != info->query || same->request.verb != info->request.verb ||
        same->request.name != info->request.name || same->request.kube_namespace != info->request.kube_namespace ||
        same->subresource != info->subresource || same->is_understood != info->is_understood) {
      __builtin_trap();
    }
  }
  return 0;
}
