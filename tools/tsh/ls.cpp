#include "libbase/text.h"
#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/node_view.h"

namespace sallyport {
namespace {

Result<Output> Names(const std::function<Status(const ItemSink&)>& list) {
  std::string text;
  RETURN_IF_ERROR(list([&](const Value& node) -> Status {
    text += StripControl(At(node, "spec", "hostname").as_string()) + "\n";
    return {};
  }));
  return Output::Text(std::move(text));
}

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(invocation));
  ASSIGN_OR_RETURN(Session opened, SessionOf(invocation));
  const auto session = std::make_shared<const Session>(std::move(opened));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, *session));
  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [&invocation, session, rpc, filter](const ItemSink& sink) -> Status {
    NodeNames names;  // of a whole list, for completion
    RETURN_IF_ERROR(ListNodes(*rpc, filter, [&](const Value& node) {
      if (filter.IsEmpty()) names.Add(node);
      return sink(node);
    }));
    if (filter.IsEmpty()) RememberNodes(invocation, *session, std::move(names));
    return {};
  };
  if (invocation.Get("format") == "names") return Names(output.items);
  const bool verbose = invocation.Flag("verbose");
  output.columns = NodeColumns(verbose);
  output.row = [verbose](const Value& node) { return NodeRow(node, verbose); };
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace

Command ListNodesCommand() {
  return {.path = "ls",
          .summary = "List the nodes of the cluster",
          .arguments = {LabelsArgument(kNodeLabels)},
          .options = ListOptions(),
          .example = "tsh ls env=prod --format=json",
          .formats = "text json yaml names",
          .needs_login = true,
          .run = Run};
}

}  // namespace sallyport
