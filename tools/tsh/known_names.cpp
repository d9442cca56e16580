#include "tools/tsh/known_names.h"

#include "libclient/listing.h"
#include "libclient/name_cache.h"
#include "tools/listing/list_options.h"
#include "tools/listing/seen_names.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

constexpr std::size_t kFewNodes = 1000;  // a page

NameCache CacheOf(const Invocation& invocation, const std::string& profile) {
  return {invocation.Environment(), profile.empty() ? "" : "tsh/" + profile};
}

// Returns the text up to the last of these characters, and the rest.
std::pair<std::string_view, std::string_view> SplitAfter(std::string_view text, char separator) {
  const auto at = text.rfind(separator) + 1;
  return {text.substr(0, at), text.substr(at)};
}

}  // namespace

void RememberNames(const Invocation& invocation, const Session& session, std::string_view sort,
                   std::vector<std::string> names) {
  if (!session.identity_path.empty() || !ClusterOption(invocation).empty()) return;
  CacheOf(invocation, session.profile.Name()).Remember(sort, std::move(names));
}

void AddLabels(const std::map<std::string, std::string>& labels, std::set<std::string>& all) {
  for (const auto& [key, value] : labels) {
    if (!IsInternalLabel(key)) all.insert(fmt::format("{}={}", key, value));
  }
}

void NodeNames::Add(const Value& node) {
  hosts.push_back(At(node, "spec", "hostname").as_string());
  AddLabels(LabelsOfNode(node), labels);
}

void RememberNodes(const Invocation& invocation, const Session& session, NodeNames names) {
  RememberNames(invocation, session, kNodeNames, std::move(names.hosts));
  RememberNames(invocation, session, kNodeLabels, {names.labels.begin(), names.labels.end()});
}

NodeNames NamesOfFewNodes(RpcClient& rpc) {
  NodeNames names;
  const Status all = ListNodes(rpc, {}, [&](const Value& node) -> Status {
    names.Add(node);
    if (names.hosts.size() < kFewNodes) return {};
    return Fail(ErrorKind::kLimitExceeded, "there are more nodes");
  });
  return all ? names : NodeNames();
}

std::vector<KnownName> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix) {
  const auto directory = ProfilesOf(invocation);
  const auto current = directory ? directory->CurrentName() : Result<std::string>("");
  const NameCache cache = CacheOf(invocation, current.value_or(""));
  std::vector<KnownName> names;

  const bool with_labels = sort == kNodesAndLabels;
  if (sort == kNodeNames || with_labels) {
    const auto [login, host] = SplitAfter(prefix, '@');
    AddSeenNames(cache.Recall(kNodeNames, host), login, "", names);
  } else if (sort != kNodeLabels && sort != kKubeLabels) {
    AddSeenNames(cache.Recall(sort, prefix), "", "", names);
  }

  if (with_labels || sort == kNodeLabels || sort == kKubeLabels) {
    const std::string_view login = with_labels ? SplitAfter(prefix, '@').first : "";
    const auto [others, label] = SplitAfter(prefix.substr(login.size()), ',');
    const std::string_view head = prefix.substr(0, login.size() + others.size());
    AddSeenNames(cache.Recall(sort == kKubeLabels ? sort : kNodeLabels, label), head, "label", names);
  }
  return names;
}

}  // namespace sallyport
