// Feeds arbitrary answers of API servers to the filter of lists, in pieces.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/json.h"
#include "libcluster/kube/answer/list_filter.h"

namespace {

using namespace sallyport;

bool MaySee(std::string_view, std::string_view name) { return name != "secret"; }

// Returns whether a list has an object that the filter must remove.
bool Shows(const Value& list, const char* objects) {
  const Value* all = list.Find(objects);
  if (all == nullptr) return false;
  for (const Value& item : all->as_list()) {
    const Value* object = std::string_view(objects) == "rows" ? item.Find("object") : &item;
    const Value* metadata = object == nullptr ? nullptr : object->Find("metadata");
    const Value* name = metadata == nullptr ? nullptr : metadata->Find("name");
    if (name == nullptr || name->as_string() == "secret") return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto filtered = FilterList(json, MaySee);
  if (filtered) {
    const auto list = ParseJson(*filtered, {32U << 20, 1000});
    if (!list || Shows(*list, "items") || Shows(*list, "rows")) __builtin_trap();
    // A second run of the filter changes nothing.
    if (FilterList(*filtered, MaySee).value() != *filtered) __builtin_trap();
  }
  ListFilter pieces(MaySee);
  std::string out;
  Status status;
  for (std::size_t at = 0; status && at < size; at += 3) status = pieces.Put(json.substr(at, 3), out);
  if (status) status = pieces.End();
  if (status.has_value() != filtered.has_value() || (filtered && out != *filtered)) __builtin_trap();
  (void)FilterWatchEvent(json, MaySee);
  return 0;
}
