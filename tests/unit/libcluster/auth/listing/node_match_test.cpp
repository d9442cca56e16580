// Tests of the proxy's rules for targets (docs/protocol/services.md#node-targets).
#include "libcluster/auth/listing/node_match.h"

#include <catch2/catch.hpp>

#include "libbase/time.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kFirstId = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view kSecondId = "22222222-2222-4222-8222-222222222222";

types::ServerV2 NodeAt(std::string_view id, std::string_view hostname, std::string_view address = "") {
  types::ServerV2 node;
  node.mutable_metadata()->set_name(std::string(id));
  node.mutable_spec()->set_hostname(std::string(hostname));
  node.mutable_spec()->set_addr(std::string(address));
  node.mutable_spec()->set_usetunnel(address.empty());
  return node;
}

Result<SharedNode> Match(const std::vector<types::ServerV2>& nodes, const HostPort& target,
                         const NodeMatchRules& rules) {
  std::vector<SharedNode> shared;
  for (const auto& node : nodes) shared.push_back(std::make_shared<const types::ServerV2>(node));
  return MatchNode(shared, target, rules);
}

// Returns the id of the node of a target, or the kind of the error.
std::string Meant(const std::vector<types::ServerV2>& nodes, const HostPort& target, const NodeMatchRules& rules = {}) {
  const auto node = Match(nodes, target, rules);
  return node ? (*node)->metadata().name() : std::string(RowOf(node.error().kind).name);
}

TEST_CASE("nodes are found by id and by name; the port of a tunnel is any") {
  const std::vector nodes{NodeAt(kFirstId, "web"), NodeAt(kSecondId, "db")};
  CHECK(Meant(nodes, {std::string(kSecondId), 0}) == kSecondId);
  CHECK(Meant(nodes, {"web", 0}) == kFirstId);
  CHECK(Meant(nodes, {"web", 3022}) == kFirstId);
  CHECK(Meant(nodes, {"WEB", 0}) == RowOf(ErrorKind::kConnectionProblem).name);
  CHECK(Meant(nodes, {"33333333-3333-4333-8333-333333333333", 0}) == RowOf(ErrorKind::kNotFound).name);
}

TEST_CASE("a node with an address is found by it, and its port counts") {
  const std::vector nodes{NodeAt(kFirstId, "web", "10.0.0.1:22"), NodeAt(kSecondId, "db", "10.0.0.2:22")};
  CHECK(Meant(nodes, {"10.0.0.2", 22}) == kSecondId);
  CHECK(Meant(nodes, {"10.0.0.2", 0}) == kSecondId);
  CHECK(Meant(nodes, {"10.0.0.2", 23}) == RowOf(ErrorKind::kConnectionProblem).name);
  CHECK(Meant(nodes, {"web", 22}) == kFirstId);
}

TEST_CASE("several of a name are an error with the token that clients look for, unless the latest is wanted") {
  std::vector nodes{NodeAt(kFirstId, "web"), NodeAt(kSecondId, "web")};
  const auto ambiguous = Match(nodes, {"web", 0}, {});
  REQUIRE_FALSE(ambiguous);
  CHECK(ambiguous.error().kind == ErrorKind::kNotFound);
  CHECK(ambiguous.error().message.contains(kAmbiguousNode));
  CHECK(ambiguous.error().message.contains(kSecondId));
  SetExpires(nodes[0], Now());
  SetExpires(nodes[1], Now() + std::chrono::minutes(1));
  CHECK(Meant(nodes, {"web", 0}, {.most_recent = true}) == kSecondId);
  // An id has precedence over an equal name of another node.
  nodes[0].mutable_spec()->set_hostname(std::string(kSecondId));
  CHECK(Meant(nodes, {std::string(kSecondId), 0}) == kSecondId);
}

TEST_CASE("without case: the node's upper case may be asked for in lower case, never the reverse") {
  const std::vector nodes{NodeAt(kFirstId, "Web")};
  CHECK(Meant(nodes, {"web", 0}) == RowOf(ErrorKind::kConnectionProblem).name);
  CHECK(Meant(nodes, {"web", 0}, {.case_insensitive = true}) == kFirstId);
  CHECK(Meant(nodes, {"WEB", 0}, {.case_insensitive = true}) == RowOf(ErrorKind::kConnectionProblem).name);
}

TEST_CASE("ids") {
  CHECK(IsNodeId(kFirstId));
  CHECK(IsNodeId("123456789012-i-0abcdef"));
  CHECK_FALSE(IsNodeId("123456789012-i-"));
  CHECK_FALSE(IsNodeId("123456789012-i-xyz"));
  CHECK_FALSE(IsNodeId("web"));
  CHECK_FALSE(IsNodeId("11111111-1111-4111-8111-11111111111g"));
}

}  // namespace
}  // namespace sallyport
