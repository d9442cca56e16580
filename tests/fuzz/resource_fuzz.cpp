// Feeds arbitrary bytes to the reader of resources: accepted resources can be written, and the text reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libbase/json.h"
#include "libresources/kinds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto resources = sallyport::DecodeResources(text, {.source = "fuzz"});
  if (!resources) return 0;
  for (const sallyport::Resource& resource : *resources) {
    for (const sallyport::TextColumn& column : resource.kind->columns) (void)column.cell(*resource.message);
    const sallyport::Value value = sallyport::EncodeMessage(*resource.message);
    const auto again = sallyport::DecodeResource(value, {.source = "again"});
    if (!again) std::abort();
    if (sallyport::ToJson(sallyport::EncodeMessage(*again->message)) != sallyport::ToJson(value)) std::abort();
  }
  return 0;
}
