#include "tools/tctl/known_names.h"

#include "libclient/name_cache.h"
#include "libresources/kinds.h"
#include "tools/listing/seen_names.h"

namespace sallyport {
namespace {

NameCache CacheOf(const Invocation& invocation) { return {invocation.Environment(), "tctl"}; }

}  // namespace

void RememberNames(const Invocation& invocation, const KindRow& kind, std::vector<std::string> names) {
  if (!kind.name_is_secret) CacheOf(invocation).Remember(kind.kind, std::move(names));
}

std::vector<KnownName> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix) {
  std::vector<KnownName> names;
  if (sort != "resource") {
    AddSeenNames(CacheOf(invocation).Recall(sort, prefix), "", "", names);
    return names;
  }

  const auto slash = prefix.find('/');
  if (slash == std::string_view::npos) {
    for (const auto& kind : Kinds()) {
      if (kind.kind.starts_with(prefix)) names.push_back({std::string(kind.kind), ""});
    }
    return names;
  }

  const std::string_view typed = prefix.substr(0, slash);
  const KindRow* kind = FindKind(typed);
  if (kind == nullptr) return names;
  AddSeenNames(CacheOf(invocation).Recall(kind->kind, prefix.substr(slash + 1)), prefix.substr(0, slash + 1), "",
               names);
  return names;
}

}  // namespace sallyport
