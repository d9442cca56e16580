#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

std::string Address(const Value& node) {
  if (At(node, "spec", "use_tunnel").as_bool()) return "<- tunnel";
  return At(node, "spec", "addr").as_string();
}

std::vector<std::string> Row(const Value& node, bool verbose) {
  std::vector<std::string> row{At(node, "spec", "hostname").as_string()};
  if (verbose) row.push_back(At(node, "metadata", "name").as_string());
  row.push_back(Address(node));
  row.push_back(LabelsText(LabelsOfNode(node), verbose));
  return row;
}

Result<Output> Names(RpcClient& rpc, const ListFilter& filter) {
  std::string text;
  RETURN_IF_ERROR(ListNodes(rpc, filter, [&](const Value& node) -> Status {
    text += At(node, "spec", "hostname").as_string() + "\n";
    return {};
  }));
  return Output::Text(std::move(text));
}

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(invocation));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  if (invocation.Get("format") == "names") return Names(*rpc, filter);
  const bool verbose = invocation.Flag("verbose");
  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [rpc, filter](const ItemSink& sink) { return ListNodes(*rpc, filter, sink); };
  output.columns = {"Node Name", "Address", "Labels"};
  if (verbose) output.columns.insert(output.columns.begin() + 1, "Node ID");
  output.row = [verbose](const Value& node) { return Row(node, verbose); };
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace

Command ListNodesCommand() {
  return {.path = "ls",
          .summary = "List the nodes of the cluster",
          .arguments = {LabelsArgument()},
          .options = ListOptions(),
          .example = "tsh ls env=prod --format=json",
          .formats = "text json yaml names",
          .run = Run};
}

}  // namespace sallyport
