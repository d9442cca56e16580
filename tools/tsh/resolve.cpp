#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/node_choice.h"
#include "tools/tsh/node_view.h"

namespace sallyport {
namespace {

struct ResolveOptions {
  std::string host;
  bool quiet = false;
};

// A name means the node's own name only, not its address or labels.
Result<ListFilter> FilterFor(const std::string& host) {
  ASSIGN_OR_RETURN(const NodeWish wish, ParseNodeWish(host));
  ListFilter filter = wish.filter;
  if (!wish.host.empty()) filter.predicate = fmt::format("name == \"{}\"", wish.host);  // the host is plain
  return filter;
}

Result<Output> RunResolve(const Invocation& invocation, const ResolveOptions& given) {
  const std::string& host = given.host;
  ASSIGN_OR_RETURN(const ListFilter filter, FilterFor(host));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  std::vector<Value> nodes;
  RETURN_IF_ERROR(ListNodes(*rpc, filter, [&](const Value& node) -> Status {
    nodes.push_back(node);
    return {};
  }));
  if (nodes.size() > 1) return std::unexpected(SeveralNodes(host, nodes));
  if (nodes.empty()) {
    return FailWithHint(ErrorKind::kNotFound, fmt::format("no node has the name {}", host), "list the nodes: tsh ls");
  }
  if (given.quiet) return Output::Nothing();
  Output output = Output::Of(nodes.front(), [](const Value& node) { return NodeTable({node}); });
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace

Command ResolveCommand() {
  return {.path = "resolve",
          .summary = "Show the node of a name; for Match exec in ssh_config",
          .arguments = {{.name = "host",
                         .help = "Name of a node, or labels: key=value,...",
                         .names = kNodeNames,
                         .into = Into<&ResolveOptions::host>}},
          .options = {{.name = "quiet",
                       .short_name = 'q',
                       .help = "Show no output: the exit code says whether the node exists",
                       .into = Into<&ResolveOptions::quiet>}},
          .example = "tsh resolve -q web-1",
          .run = RunWith<RunResolve>};
}

}  // namespace sallyport
