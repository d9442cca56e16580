#include "tools/tctl/known_names.h"

#include "libclient/name_cache.h"

namespace sallyport {
namespace {

NameCache CacheOf(const Invocation& invocation) { return {invocation.Environment(), "tctl"}; }

}  // namespace

void RememberNames(const Invocation& invocation, const KindRow& kind, std::vector<std::string> names) {
  if (!kind.name_is_secret) CacheOf(invocation).Remember(kind.kind, std::move(names));
}

std::vector<std::string> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix) {
  if (sort != "resource") return CacheOf(invocation).Recall(sort, prefix);
  const auto slash = prefix.find('/');
  std::vector<std::string> names;
  if (slash == std::string_view::npos) {
    for (const auto& kind : Kinds()) {
      if (kind.kind.starts_with(prefix)) names.emplace_back(kind.kind);
    }
    return names;
  }
  const std::string_view typed = prefix.substr(0, slash);
  const KindRow* kind = FindKind(typed);
  if (kind == nullptr) return names;
  for (const auto& name : CacheOf(invocation).Recall(kind->kind, prefix.substr(slash + 1))) {
    names.push_back(fmt::format("{}/{}", typed, name));
  }
  return names;
}

}  // namespace sallyport
