#include "libcluster/kube/list_filter.h"

#include "libbase/json.h"

namespace sallyport {
namespace {

constexpr JsonLimits kLimits{256U << 20, 256};

std::string Text(const Value* map, std::string_view key) {
  const Value* value = map == nullptr ? nullptr : map->Find(key);
  return value == nullptr ? "" : value->as_string();
}

bool MaySee(const Value& object, const ObjectPredicate& may_see) {
  const Value* metadata = object.Find("metadata");
  return may_see(Text(metadata, "namespace"), Text(metadata, "name"));
}

// A list of objects has items, a table has rows with an object each.
void FilterInPlace(Value& list, const ObjectPredicate& may_see) {
  if (Value* items = list.Find("items"); items != nullptr && items->is_list()) {
    std::erase_if(items->mutable_list(), [&](const Value& item) { return !MaySee(item, may_see); });
  }
  if (Value* rows = list.Find("rows"); rows != nullptr && rows->is_list()) {
    std::erase_if(rows->mutable_list(), [&](const Value& row) {
      const Value* object = row.Find("object");
      return object == nullptr || !MaySee(*object, may_see);
    });
  }
}

}  // namespace

Result<std::string> FilterList(std::string_view json, const ObjectPredicate& may_see) {
  ASSIGN_OR_RETURN(Value list, ParseJson(json, kLimits));
  FilterInPlace(list, may_see);
  return ToJson(list);
}

Result<std::optional<std::string>> FilterWatchEvent(std::string_view json, const ObjectPredicate& may_see) {
  ASSIGN_OR_RETURN(Value event, ParseJson(json, kLimits));
  Value* object = event.Find("object");
  const std::string type = Text(&event, "type");
  if (object == nullptr || type == "BOOKMARK" || type == "ERROR") return ToJson(event);
  if (object->Find("rows") != nullptr) {
    FilterInPlace(*object, may_see);
    if (object->Find("rows")->as_list().empty()) return std::nullopt;
  } else if (!MaySee(*object, may_see)) {
    return std::nullopt;
  }
  return ToJson(event);
}

}  // namespace sallyport
