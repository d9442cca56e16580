#include "libcluster/auth/listing/node_match.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using types::ServerV2;

constexpr std::size_t kMaxNamed = 5;

bool IsHex(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool SameHost(std::string_view node, std::string_view asked, bool case_insensitive) {
  if (!case_insensitive || node.size() != asked.size()) return node == asked;
  return std::ranges::equal(node, asked, [](unsigned char of_node, unsigned char of_asked) {
    return of_node == of_asked || (std::isupper(of_node) != 0 && std::tolower(of_node) == of_asked);
  });
}

bool SameAddress(const std::string& address, const HostPort& target, bool case_insensitive) {
  // A cheap test first: hardly one of ten thousand addresses needs parsing.
  if (!case_insensitive && !address.contains(target.host)) return false;
  const auto parsed = ParseHostPort(address, 0);
  if (!parsed || (target.port != 0 && parsed->port != target.port)) return false;
  return SameHost(parsed->host, target.host, case_insensitive);
}

Error NoNode(const HostPort& target) {
  const std::string host = StripControl(target.host);
  if (IsNodeId(target.host)) return {ErrorKind::kNotFound, fmt::format("there is no node with the id {}", host), {}};
  return {ErrorKind::kConnectionProblem, fmt::format("node \"{}\" is offline or does not exist", host),
          "list the nodes: tsh ls"};
}

Error SeveralNodes(std::string_view asked, const std::vector<SharedNode>& found) {
  std::string ids;
  for (std::size_t i = 0; i < std::min(found.size(), kMaxNamed); ++i) {
    ids += (i == 0 ? "" : ", ") + found[i]->metadata().name();
  }
  if (found.size() > kMaxNamed) ids += ", ...";
  return {ErrorKind::kNotFound,
          fmt::format("{}: {} nodes match \"{}\": {}", kAmbiguousNode, found.size(), StripControl(asked), ids),
          "choose a node by its id"};
}

}  // namespace

Result<NodeMatchRules> NodeMatchRulesOf(AuthServer& auth) {
  ASSIGN_OR_RETURN(const auto networking, auth.Setting<types::ClusterNetworkingConfigV2>());
  return NodeMatchRules{networking.spec().caseinsensitiverouting(),
                        networking.spec().routingstrategy() == types::MOST_RECENT};
}

bool IsNodeId(std::string_view host) {
  constexpr std::size_t kAccountDigits = 12;
  constexpr std::string_view kInstance = "-i-";
  if (host.size() > kAccountDigits + kInstance.size() && host.substr(kAccountDigits, kInstance.size()) == kInstance) {
    const std::string_view account = host.substr(0, kAccountDigits);
    return std::ranges::all_of(account, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
           IsHex(host.substr(kAccountDigits + kInstance.size()));
  }
  return IsUuid(host);
}

bool FitsNode(const ServerV2& node, const HostPort& target, const NodeMatchRules& rules) {
  const auto& spec = node.spec();
  if (IsNodeId(target.host) && node.metadata().name() == target.host) return true;
  const bool insensitive = rules.case_insensitive;
  // A node behind a tunnel has no port of its own.
  if (spec.usetunnel()) return SameHost(spec.hostname(), target.host, insensitive);
  if (SameAddress(spec.addr(), target, insensitive)) return true;
  const bool by_public_address = std::ranges::any_of(
      spec.public_addrs(), [&](const std::string& address) { return SameAddress(address, target, insensitive); });
  if (by_public_address) return true;
  if (!SameHost(spec.hostname(), target.host, insensitive)) return false;
  const auto own = ParseHostPort(spec.addr(), 0);
  return target.port == 0 || (own && own->port == target.port);
}

Result<SharedNode> ChooseNode(const std::vector<SharedNode>& fitting, std::string_view asked,
                              const NodeMatchRules& rules) {
  if (fitting.size() == 1) return fitting.front();
  if (!rules.most_recent) return std::unexpected(SeveralNodes(asked, fitting));
  return *std::ranges::max_element(fitting, {},
                                   [](const SharedNode& node) { return ExpiresOf(*node).value_or(Time::max()); });
}

Result<SharedNode> MatchNode(std::span<const SharedNode> nodes, const HostPort& target, const NodeMatchRules& rules) {
  std::vector<SharedNode> found;
  for (const SharedNode& node : nodes) {
    if (!FitsNode(*node, target, rules)) continue;
    // An id matches only the node with that id.
    if (IsNodeId(target.host) && node->metadata().name() == target.host) return node;
    found.push_back(node);
  }
  if (found.empty()) return std::unexpected(NoNode(target));
  return ChooseNode(found, target.host, rules);
}

}  // namespace sallyport
