// Feeds arbitrary bytes to the reader of YAML: values can be written, and the text reads as the same values.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libbase/json.h"
#include "libbase/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto documents = sallyport::ParseYaml(text, "fuzz");
  if (!documents) return 0;
  for (const sallyport::Value& document : *documents) {
    const auto again = sallyport::ParseYaml(sallyport::ToYaml(document), "again");
    if (!again || again->size() != 1) std::abort();
    // Compares texts, because a NaN does not equal itself.
    if (sallyport::ToJson(again->front()) != sallyport::ToJson(document)) std::abort();
  }
  return 0;
}
