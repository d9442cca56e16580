// Feeds arbitrary bytes to the reader of JSON: a value can be written, and the text reads as the same value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libbase/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = sallyport::ParseJson({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string text = sallyport::ToJson(*value, {.indent = 2, .escape_html = true});
  const auto again = sallyport::ParseJson(text);
  if (!again || sallyport::ToJson(*again, {.indent = 2, .escape_html = true}) != text) std::abort();
  return 0;
}
