#include "libcluster/auth/audit/event_size.h"

#include <array>
#include <vector>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libresources/events/event_chain.h"

namespace sallyport {
namespace {

struct Limits {
  std::size_t text_bytes;
  std::size_t items;  // the limit of items of a list, or of a map inside
};

// From the mildest limits to limits that suffice for every event of less than a hundred keys.
constexpr std::array<Limits, 5> kLimits{{{16'384, 4096}, {4096, 512}, {1024, 64}, {256, 16}, {64, 2}}};

void Trim(Value& value, const Limits& limits, bool outermost) {
  if (value.is_string() && value.as_string().size() > limits.text_bytes) {
    value = Value(ToValidUtf8(std::string_view(value.as_string()).substr(0, limits.text_bytes)));
  } else if (value.is_list()) {
    auto& list = value.mutable_list();
    if (list.size() > limits.items) list.resize(limits.items);
    for (auto& item : list) Trim(item, limits, false);
  } else if (value.is_map()) {
    auto& map = value.mutable_map();
    if (!outermost && map.size() > limits.items) map.resize(limits.items);
    for (auto& [key, item] : map) {
      if (key.size() > limits.text_bytes) key = ToValidUtf8(std::string_view(key).substr(0, limits.text_bytes));
      Trim(item, limits, false);
    }
  }
}

}  // namespace

EncodedEvent EncodeEvent(const Value& event) {
  std::string json = ToJson(event);
  if (json.size() <= kMaxEventBytes) return {std::move(json), EventDigest(event)};
  Value trimmed = event;
  for (const Limits& limits : kLimits) {
    Trim(trimmed, limits, true);
    json = ToJson(trimmed);
    if (json.size() <= kMaxEventBytes) break;
  }
  return {std::move(json), EventDigest(trimmed)};
}

}  // namespace sallyport
