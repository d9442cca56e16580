#include "libresources/kinds/node.h"

#include <algorithm>

#include "libbase/secret.h"
#include "libbase/text.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

constexpr std::string_view kOpenSsh = "openssh";
constexpr std::string_view kInstanceConnect = "openssh-ec2-ice";  // connections go through an endpoint of AWS
// Bounds the size of a node, because lists hold many nodes.
constexpr std::size_t kMaxNodeBytes = 64 << 10;

constexpr std::string_view kSubKinds[] = {"", "teleport", kOpenSsh, kInstanceConnect};

const types::ServerV2& AsNode(const Message& resource) { return static_cast<const types::ServerV2&>(resource); }

std::string Host(const Message& resource) { return AsNode(resource).spec().hostname(); }
std::string Address(const Message& resource) { return AsNode(resource).spec().addr(); }
std::string NodeLabels(const Message& resource) { return ShownLabels(LabelsOfNode(AsNode(resource))); }
std::string Version(const Message& resource) { return AsNode(resource).spec().version(); }

constexpr TextColumn kNodeColumns[] = {
    {"Host", &Host}, {"UUID", &NameOf}, {"Public Address", &Address}, {"Labels", &NodeLabels}, {"Version", &Version}};

// "host:port", with a host in brackets when it has colons of its own.
bool IsAddress(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view host = text.substr(0, colon);
  return !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
}

Status CheckOpenSsh(const types::ServerSpecV2& spec) {
  if (spec.addr().empty()) return Fail(ErrorKind::kBadParameter, "spec.addr is missing");
  if (spec.hostname().empty()) return Fail(ErrorKind::kBadParameter, "spec.hostname is missing");
  if (!spec.public_addrs().empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.public_addrs is not for a node with an OpenSSH server",
                        "set the address of the node in spec.addr");
  }
  if (IsAddress(spec.addr())) return {};
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("spec.addr: \"{}\" has no port", StripControl(spec.addr())),
                      "write HOST:PORT, such as web-1.example.com:22");
}

Status CheckInstanceConnect(const types::ServerSpecV2& spec) {
  const types::AWSInfo& aws = spec.cloudmetadata().aws();
  const std::pair<std::string_view, const std::string*> needed[] = {
      {"account_id", &aws.accountid()},   {"region", &aws.region()}, {"integration", &aws.integration()},
      {"instance_id", &aws.instanceid()}, {"vpc_id", &aws.vpcid()},  {"subnet_id", &aws.subnetid()}};
  for (const auto& [key, value] : needed) {
    if (value->empty()) return Fail(ErrorKind::kBadParameter, "spec.cloud_metadata.aws.{} is missing", key);
  }
  return {};
}

// Validates; kBadParameter. Nodes with an OpenSSH server need an address and a host name.
Status CheckNode(Message& resource) {
  const types::ServerV2& node = AsNode(resource);
  if (std::ranges::find(kSubKinds, node.subkind()) == std::end(kSubKinds)) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("sub_kind: \"{}\" is not a sub kind of nodes", StripControl(node.subkind())),
                        fmt::format("write {} for a server that runs OpenSSH", kOpenSsh));
  }
  if (node.ByteSizeLong() > kMaxNodeBytes) {
    return Fail(ErrorKind::kBadParameter, "the node has {} bytes; the limit is {}", node.ByteSizeLong(), kMaxNodeBytes);
  }
  for (const auto& [key, command] : node.spec().cmdlabels()) {
    if (!IsLabelKey(key)) {
      return Fail(ErrorKind::kBadParameter, "spec.cmd_labels: \"{}\" is not a label key", StripControl(key));
    }
  }
  if (IsAgentless(node)) RETURN_IF_ERROR(CheckOpenSsh(node.spec()));
  if (node.subkind() == kInstanceConnect) RETURN_IF_ERROR(CheckInstanceConnect(node.spec()));
  return {};
}

// Returns the name for a node without a name: a random UUID, or the name of its cloud instance.
std::string DefaultNodeName(const Message& resource) {
  const types::ServerV2& node = AsNode(resource);
  const types::AWSInfo& aws = node.spec().cloudmetadata().aws();
  if (node.subkind() == kOpenSsh) return RandomUuid();
  if (node.subkind() != kInstanceConnect || aws.accountid().empty() || aws.instanceid().empty()) return {};
  return fmt::format("{}-{}", aws.accountid(), aws.instanceid());
}

}  // namespace

KindRow NodeKind() {
  return {
      .kind = "node",
      .aliases = "nodes",
      .versions = "v2",
      .prototype = &Prototype<types::ServerV2>,
      .check = &CheckNode,
      .columns = kNodeColumns,
      .default_name = &DefaultNodeName,
  };
}

bool IsAgentless(const types::ServerV2& node) {
  return node.subkind() == kOpenSsh || node.subkind() == kInstanceConnect;
}

Labels LabelsOfNode(const types::ServerV2& node) {
  Labels labels(node.metadata().labels().begin(), node.metadata().labels().end());
  for (const auto& [key, command] : node.spec().cmdlabels()) labels[key] = command.result();
  return labels;
}

}  // namespace sallyport
