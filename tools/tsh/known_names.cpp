#include "tools/tsh/known_names.h"

#include "libclient/listing.h"
#include "libclient/name_cache.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

constexpr std::size_t kFewNodes = 1000;  // a page

NameCache CacheOf(const Invocation& invocation, const std::string& profile) {
  return {invocation.Environment(), profile.empty() ? "" : "tsh/" + profile};
}

}  // namespace

void RememberNames(const Invocation& invocation, const Session& session, std::string_view sort,
                   std::vector<std::string> names) {
  if (!session.identity_path.empty() || !ClusterOption(invocation).empty()) return;
  CacheOf(invocation, session.profile.Name()).Remember(sort, std::move(names));
}

std::vector<std::string> NamesOfFewNodes(RpcClient& rpc) {
  std::vector<std::string> names;
  const Status all = ListNodes(rpc, {}, [&](const Value& node) -> Status {
    names.push_back(At(node, "spec", "hostname").as_string());
    if (names.size() < kFewNodes) return {};
    return Fail(ErrorKind::kLimitExceeded, "there are more");
  });
  return all ? names : std::vector<std::string>();
}

std::vector<std::string> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix) {
  const auto directory = ProfilesOf(invocation);
  const auto current = directory ? directory->CurrentName() : Result<std::string>("");
  std::string_view login;
  if (const auto at = prefix.rfind('@'); sort == kNodeNames && at != std::string_view::npos) {
    login = prefix.substr(0, at + 1);
    prefix.remove_prefix(at + 1);
  }
  auto names = CacheOf(invocation, current.value_or("")).Recall(sort, prefix);
  for (auto& name : names) name.insert(0, login);
  return names;
}

}  // namespace sallyport
