// Answers of API servers that are filtered.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libcluster/kube/list_filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const ObjectPredicate may_see = [](std::string_view, std::string_view name) { return name != "secret"; };
  const auto filtered = FilterList(json, may_see);
  // What was filtered once stays as it is.
  if (filtered && FilterList(*filtered, may_see).value() != *filtered) __builtin_trap();
  (void)FilterWatchEvent(json, may_see);
  return 0;
}
