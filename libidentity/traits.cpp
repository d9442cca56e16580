#include "libidentity/traits.h"

#include "libbase/json.h"
#include "libidentity/go_json.h"

namespace sallyport {
namespace {

constexpr JsonLimits kTraitLimits{.max_bytes = 1 << 20, .max_depth = 4};

Result<Traits::Values> ValuesFrom(std::string_view name, const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_list()) {
    return Fail(ErrorKind::kBadParameter, "trait \"{}\" is {}, not a list of strings", name, TypeName(value));
  }
  std::vector<std::string> items;
  for (const Value& item : value.as_list()) {
    if (!item.is_string() && !item.is_null()) {
      return Fail(ErrorKind::kBadParameter, "trait \"{}\" holds {}, not a string", name, TypeName(item));
    }
    items.push_back(item.as_string());
  }
  return items;
}

}  // namespace

const Traits::Map& Traits::entries() const {
  static const Map kNone;
  return map_ ? *map_ : kNone;
}

const std::vector<std::string>& Traits::Get(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = entries().find(name);
  return found == entries().end() || !found->second ? kNone : *found->second;
}

void Traits::Set(std::string_view name, Values values) {
  if (!map_) map_.emplace();
  map_->insert_or_assign(std::string(name), std::move(values));
}

bool Traits::Remove(std::string_view name) {
  if (!map_) return false;
  const auto found = map_->find(name);
  if (found == map_->end()) return false;
  map_->erase(found);
  return true;
}

std::string Traits::ToJson() const {
  if (!map_) return "null";
  std::string out = "{";
  for (const auto& [name, values] : *map_) {
    if (out.size() > 1) out += ',';
    out += GoJsonString(name) + ':' + (values ? GoJsonStrings(*values) : "null");
  }
  return out + '}';
}

Result<Traits> Traits::FromJson(std::string_view json) {
  auto parsed = ParseJson(json, kTraitLimits);
  if (!parsed) return std::unexpected(InContext("traits", std::move(parsed).error()));
  if (parsed->is_null()) return Traits();
  if (!parsed->is_map()) return Fail(ErrorKind::kBadParameter, "traits are {}, not a map", TypeName(*parsed));
  Map map;
  for (const auto& [name, value] : parsed->as_map()) {
    ASSIGN_OR_RETURN(map[name], ValuesFrom(name, value));
  }
  return Traits(std::move(map));
}

}  // namespace sallyport
