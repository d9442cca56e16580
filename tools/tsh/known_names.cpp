#include "tools/tsh/known_names.h"

#include "libclient/name_cache.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

NameCache CacheOf(const Invocation& invocation, const std::string& profile) {
  return {invocation.Environment(), profile.empty() ? "" : "tsh/" + profile};
}

}  // namespace

void RememberNames(const Invocation& invocation, const Session& session, std::string_view sort,
                   std::vector<std::string> names) {
  if (!session.identity_path.empty() || !ClusterOption(invocation).empty()) return;
  CacheOf(invocation, session.profile.Name()).Remember(sort, std::move(names));
}

std::vector<std::string> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix) {
  const auto directory = ProfilesOf(invocation);
  const auto current = directory ? directory->CurrentName() : Result<std::string>("");
  return CacheOf(invocation, current.value_or("")).Recall(sort, prefix);
}

}  // namespace sallyport
