// Feeds arbitrary JSON to the decoder of custom resources, as an object of each kind: what it accepts has the origin,
// and belongs to the kind; errors do not name the source, which an API server has none of.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libbase/json.h"
#include "libmachine/operator/custom_resource.h"
#include "libresources/kinds/metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  if (size == 0) return 0;
  const auto object = ParseJson({reinterpret_cast<const char*>(data + 1), size - 1});
  if (!object) return 0;

  const CustomKind& kind = CustomKinds()[data[0] % CustomKinds().size()];
  const CustomMetadata metadata = MetadataOfCustom(*object);
  const auto resource = ResourceOf(kind, *object);
  if (!resource) {
    if (resource.error().message.starts_with("custom resource:")) std::abort();
    return 0;
  }

  if (!IsOfKubernetes(*resource->message) || NameOf(*resource->message) != metadata.name) std::abort();
  if (resource->kind->kind != kind.teleport_kind || VersionOf(*resource->message) != kind.teleport_version)
    std::abort();
  return 0;
}
