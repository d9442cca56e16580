#include "tools/tsh/node_choice.h"

#include <algorithm>

#include "libbase/text.h"
#include "libbase/whole_number.h"
#include "libclient/profile_status.h"
#include "tools/listing/list_options.h"
#include "tools/shell/exec.h"
#include "tools/tsh/context.h"
#include "tools/tsh/node_view.h"

namespace sallyport {
namespace {

constexpr int kMaxPort = 65535;

ChosenNode NodeOf(const Value& node) {
  const std::string& hostname = At(node, "spec", "hostname").as_string();
  const std::string& id = At(node, "metadata", "name").as_string();
  return {IsPlainHost(hostname) ? hostname : id, id, StripControl(hostname.empty() ? id : hostname)};
}

}  // namespace

Result<NodeWish> ParseNodeWish(std::string_view text) {
  NodeWish wish;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    wish.login = text.substr(0, at);
    text.remove_prefix(at + 1);
    if (wish.login.empty()) return Fail(ErrorKind::kUsage, "the login before \"@\" is missing");
  }

  if (text.contains('=') && !text.starts_with('-')) {
    ASSIGN_OR_RETURN(wish.filter.labels, ParseLabels(text));
    return wish;
  }

  if (!IsPlainHost(text)) {
    return FailWithHint(ErrorKind::kUsage, fmt::format("\"{}\" cannot be the name of a node", StripControl(text)),
                        "a name has letters, digits, dots and dashes; choose the node by its ID: tsh ls -v");
  }
  if (std::ranges::count(text, ':') == 1) {
    return FailWithHint(ErrorKind::kUsage, fmt::format("\"{}\" has a port in it", text),
                        "give the port with an option: see --help");
  }
  wish.host = text;
  return wish;
}

Result<std::vector<ChosenNode>> ChooseNodes(const Invocation& invocation, const Session& session,
                                            const NodeWish& wish) {
  if (!wish.host.empty()) return std::vector<ChosenNode>{{wish.host, "", wish.host}};
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  std::vector<ChosenNode> nodes;
  RETURN_IF_ERROR(ListNodes(*rpc, wish.filter, [&](const Value& node) -> Status {
    nodes.push_back(NodeOf(node));
    if (IsPlainHost(nodes.back().id)) return {};
    return Fail(ErrorKind::kBadParameter, "a node has an invalid ID: {}", StripControl(nodes.back().id));
  }));
  if (!nodes.empty()) return nodes;
  return FailWithHint(ErrorKind::kNotFound, "no node matches", "list the nodes: tsh ls");
}

Result<std::string> LoginOf(const Invocation& invocation, const Session& session, const NodeWish& wish) {
  if (!wish.login.empty()) return wish.login;
  ASSIGN_OR_RETURN(const ProfileStatus status, StatusOfKeyRing(session.profile, session.ring, Now()));
  const std::string own = invocation.Env("USER");
  if (std::ranges::find(status.logins, own) != status.logins.end()) return own;
  if (!status.logins.empty()) return status.logins.front();
  return FailWithHint(ErrorKind::kAccessDenied, "your roles give no logins on nodes",
                      "add logins to spec.allow.logins of a role, then log in again");
}

Result<int> PortOf(const std::string& text) {
  if (text.empty()) return 0;
  const auto port = ReadWholeNumber<int>(text);
  if (port && *port > 0 && *port <= kMaxPort) return *port;
  return Fail(ErrorKind::kUsage, "--port takes a number from 1 to 65535, not \"{}\"", text);
}

NodeAddress NodeAddressOf(const Invocation& invocation, const Session& session, const ChosenNode& node, int port) {
  const std::string cluster = ClusterOf(invocation, session.profile);
  return node.id.empty() ? NodeAddress{node.name, port, cluster} : NodeAddress{node.id, 0, cluster};
}

std::vector<std::string> ProxyCommandOf(const Invocation& invocation, const Session& session, const ChosenNode& node,
                                        int port) {
  const NodeAddress address = NodeAddressOf(invocation, session, node, port);
  std::vector<std::string> words{OwnPath(invocation.executable), "proxy", "ssh"};
  words.push_back(fmt::format("--proxy={}", session.profile.web_proxy_addr));
  words.push_back(fmt::format("--cluster={}", address.cluster));
  if (!session.identity_path.empty()) words.push_back(fmt::format("--identity={}", session.identity_path));
  if (GivenToProgram<TshOptions>(invocation).insecure) words.emplace_back("--insecure");
  words.push_back(FormatHostPort({address.host, address.port}));
  return words;
}

Result<std::vector<std::string>> SshWordsOf(const Invocation& invocation, const Session& session,
                                            const ChosenNode& node, const NodeUse& use) {
  ASSIGN_OR_RETURN(SshFiles files,
                   PrepareSshFiles(session, ClusterOf(invocation, session.profile), invocation.Environment()));
  if (!use.certificate.empty()) files.certificate = use.certificate;
  SshTarget target;
  target.login = use.login;
  target.host_key_name = node.id;
  target.forward_agent = use.forward_agent;
  target.by_copy_program = use.by_copy_program;
  target.proxy_hands_over = !use.relay.empty();
  target.proxy_command = target.proxy_hands_over
                             ? std::vector<std::string>{OwnPath(invocation.executable), "proxy", "handover", use.relay}
                             : ProxyCommandOf(invocation, session, node, use.port);
  return SshOptionWords(files, target);
}

Error SeveralNodes(std::string_view what, const std::vector<Value>& nodes) {
  std::string table = NodeTable(nodes);
  table.pop_back();  // the error ends the last line itself
  return {ErrorKind::kNotFound, fmt::format("several nodes match {}:\n{}", what, table),
          "choose a node by its ID instead of its name"};
}

}  // namespace sallyport
