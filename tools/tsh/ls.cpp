#include "libbase/text.h"
#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/every_cluster.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/node_view.h"

namespace sallyport {
namespace {

struct LsOptions {
  ListOptions list;
  bool all = false;
};

Result<Output> Names(const std::function<Status(const ItemSink&)>& list) {
  std::string text;
  RETURN_IF_ERROR(list([&](const Value& node) -> Status {
    text += StripControl(At(node, "spec", "hostname").as_string()) + "\n";
    return {};
  }));
  return Output::Text(std::move(text));
}

// Returns the nodes of every cluster, each with the name of its cluster.
Result<Output> ListEverywhere(const Invocation& invocation, const LsOptions& given, const ListFilter& filter) {
  Value::List items;
  ASSIGN_OR_RETURN(
      auto failures, VisitEveryCluster(invocation, [&](const ReachedCluster& reached) -> Status {
        return ListNodes(reached.rpc, filter, [&](const Value& node) -> Status {
          items.push_back(Value(Value::Map{{"proxy", reached.proxy}, {"cluster", reached.cluster}, {"node", node}}));
          return {};
        });
      }));

  const bool verbose = given.list.verbose;
  Output output = EveryClusterOutput(std::move(items), std::move(failures));
  output.columns = {"Proxy", "Cluster"};
  for (auto& column : NodeColumns(verbose)) output.columns.push_back(std::move(column));
  output.row = [verbose](const Value& item) {
    std::vector<std::string> row{item.Find("proxy")->as_string(), item.Find("cluster")->as_string()};
    for (auto& cell : NodeRow(*item.Find("node"), verbose)) row.push_back(std::move(cell));
    return row;
  };
  return output;
}

Result<Output> RunLs(const Invocation& invocation, const LsOptions& given) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(given.list));
  if (given.all) {
    if (invocation.format() == "names") return Fail(ErrorKind::kUsage, "--format=names cannot be combined with --all");
    return ListEverywhere(invocation, given, filter);
  }

  ASSIGN_OR_RETURN(Session opened, SessionOf(invocation));
  const auto session = std::make_shared<const Session>(std::move(opened));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, *session));

  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [&invocation, session, rpc, filter](const ItemSink& sink) -> Status {
    NodeNames names;  // of a complete list, for completion
    RETURN_IF_ERROR(ListNodes(*rpc, filter, [&](const Value& node) {
      if (filter.IsEmpty()) names.Add(node);
      return sink(node);
    }));
    if (filter.IsEmpty()) RememberNodes(invocation, *session, std::move(names));
    return {};
  };
  if (invocation.format() == "names") return Names(output.items);

  const bool verbose = given.list.verbose;
  output.columns = NodeColumns(verbose);
  output.row = [verbose](const Value& node) { return NodeRow(node, verbose); };
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace

Command ListNodesCommand() {
  std::vector<Option> options = ListOptionRows<&LsOptions::list>();
  options.push_back({.name = "all",
                     .short_name = 'R',
                     .help = "List the nodes of the clusters of all your logins",
                     .into = Into<&LsOptions::all>});
  return {.path = "ls",
          .summary = "List the nodes of the cluster",
          .arguments = {LabelsArgument<&LsOptions::list>(kNodeLabels)},
          .options = std::move(options),
          .example = "tsh ls env=prod --format=json",
          .formats = "text json yaml names",
          .needs_login = true,
          .run = RunWith<RunLs>};
}

}  // namespace sallyport
