// Resolves targets to nodes for clients, when a name matches several nodes or before a dial
// (docs/protocol/services.md#node-targets).

#include "libbase/whole_number.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/listing/listing_cursor.h"
#include "libcluster/auth/listing/node_match.h"
#include "libcluster/auth/listing/searching.h"
#include "libresources/kinds/node.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/ssh_targets.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kTargetKind = "node";
constexpr std::size_t kPiece = 1000;
constexpr int kMaxPort = 65535;

Result<HostPort> TargetOf(const std::string& host, const std::string& port) {
  HostPort target{host, 0};
  if (host.empty()) return Fail(ErrorKind::kBadParameter, "the host is missing");
  if (port.empty()) return target;
  target.port = ReadWholeNumber<int>(port).value_or(-1);
  if (target.port >= 0 && target.port <= kMaxPort) return target;
  return Fail(ErrorKind::kBadParameter, "the port must be a number up to {}", kMaxPort);
}

// Returns the nodes that match a target, among those that the caller may access or request.
Result<std::vector<SharedNode>> NodesOf(AuthServer& auth, const Caller& caller, const HostPort& target,
                                        const NodeMatchRules& rules) {
  proto::ListResourcesRequest query;
  query.set_resourcetype(std::string(kTargetKind));
  ASSIGN_OR_RETURN(const Caller searching, SearchingCaller(auth, caller, query));
  const Visibility may_see(searching, auth.cluster_name(), kTargetKind);
  ASSIGN_OR_RETURN(const auto all, auth.nodes().All());
  std::vector<SharedNode> nodes;
  for (const auto& node : all) {
    const bool fits = FitsNode(*node, target, rules) && may_see(node->metadata().name(), LabelsOfNode(*node));
    if (fits) nodes.push_back(node);
  }
  return nodes;
}

// Returns the nodes that match labels, words or a query, among those that the caller may access; stops when the result
// is ambiguous.
Result<std::vector<SharedNode>> NodesWith(AuthServer& auth, const Caller& caller,
                                          const proto::ResolveSSHTargetRequest& request, const NodeMatchRules& rules) {
  ListingFilter filter;
  filter.labels = {request.labels().begin(), request.labels().end()};
  filter.words = {request.search_keywords().begin(), request.search_keywords().end()};
  if (!request.predicate_expression().empty()) {
    ASSIGN_OR_RETURN(filter.query, Predicate::Parse(request.predicate_expression(), PredicateDialect::kResource));
  }
  ASSIGN_OR_RETURN(const ListedKind* kind, FindListedKind(kTargetKind));
  ListingCursor cursor(auth, caller, filter, *kind, {.order = {}, .included = true}, kPiece);
  std::vector<SharedNode> nodes;
  while (rules.most_recent || nodes.size() < 2) {
    ASSIGN_OR_RETURN(const Listed* item, cursor.Next());
    if (item == nullptr) break;
    nodes.push_back(std::static_pointer_cast<const types::ServerV2>(item->message));
    cursor.Pop();
  }
  return nodes;
}

Status GetTargets(AuthServer& auth, const RpcCall& call, const proto::GetSSHTargetsRequest& request,
                  proto::GetSSHTargetsResponse& answer) {
  ASSIGN_OR_RETURN(const HostPort target, TargetOf(request.host(), request.port()));
  ASSIGN_OR_RETURN(const NodeMatchRules rules, NodeMatchRulesOf(auth));
  ASSIGN_OR_RETURN(const auto nodes, NodesOf(auth, call.caller, target, rules));
  for (const auto& node : nodes) *answer.add_servers() = *node;
  return {};
}

Status ResolveTarget(AuthServer& auth, const RpcCall& call, const proto::ResolveSSHTargetRequest& request,
                     proto::ResolveSSHTargetResponse& answer) {
  ASSIGN_OR_RETURN(const NodeMatchRules rules, NodeMatchRulesOf(auth));
  std::vector<SharedNode> nodes;
  if (!request.host().empty()) {
    ASSIGN_OR_RETURN(const HostPort target, TargetOf(request.host(), request.port()));
    ASSIGN_OR_RETURN(nodes, NodesOf(auth, call.caller, target, rules));
  } else if (!request.labels().empty() || !request.predicate_expression().empty() ||
             !request.search_keywords().empty()) {
    ASSIGN_OR_RETURN(nodes, NodesWith(auth, call.caller, request, rules));
  } else {
    return Fail(ErrorKind::kBadParameter, "the request has no host, labels, words or query that select a node");
  }
  if (nodes.empty()) return Fail(ErrorKind::kNotFound, "no node matches");
  ASSIGN_OR_RETURN(const SharedNode node,
                   ChooseNode(nodes, request.host().empty() ? "the request" : request.host(), rules));
  *answer.mutable_server() = *node;
  return {};
}

}  // namespace

void AddSshTargetMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/GetSSHTargets", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::GetSSHTargetsRequest& request,
                    proto::GetSSHTargetsResponse& answer) { return GetTargets(auth, call, request, answer); });

  table.Add({"/proto.AuthService/ResolveSSHTarget", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::ResolveSSHTargetRequest& request,
                    proto::ResolveSSHTargetResponse& answer) { return ResolveTarget(auth, call, request, answer); });
}

}  // namespace sallyport
