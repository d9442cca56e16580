#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/known_names.h"

namespace sallyport {
namespace {

struct ClustersOptions {
  bool quiet = false;
  bool verbose = false;
};

Value Item(const RemoteClusterItem& cluster, std::string_view type, const std::string& selected) {
  Value value = Value::EmptyMap();
  value.Set("cluster_name", cluster.name);
  value.Set("status", cluster.status);
  value.Set("cluster_type", type);
  value.Set("labels", LabelsValue(cluster.labels));
  value.Set("selected", cluster.name == selected);
  return value;
}

std::vector<std::string> ClusterRow(const Value& item, bool verbose) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : item.Find("labels")->as_map()) labels[key] = value.as_string();
  return {item.Find("cluster_name")->as_string(), item.Find("status")->as_string(),
          item.Find("cluster_type")->as_string(), LabelsText(labels, verbose),
          item.Find("selected")->as_bool() ? "*" : ""};
}

Result<Output> RunClusters(const Invocation& invocation, const ClustersOptions& given) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto leaves, ListRemoteClusters(*rpc));
  const std::string selected = ClusterOf(invocation, session.profile);

  Value::List items{Item({session.root_cluster, "online", {}}, "root", selected)};
  std::vector<std::string> names{session.root_cluster};
  for (const auto& leaf : leaves) {
    items.push_back(Item(leaf, "leaf", selected));
    names.push_back(leaf.name);
  }
  RememberNames(invocation, session, kClusterNames, std::move(names));

  const bool verbose = given.verbose;
  if (given.quiet && invocation.format() == "text") {
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : items) {
      rows.push_back(ClusterRow(item, verbose));
      rows.back().pop_back();  // the column that marks the selected cluster
    }
    return Output::Text(RenderRows(rows));
  }
  return Output::List(std::move(items), {"Cluster Name", "Status", "Cluster Type", "Labels", "Selected"},
                      [verbose](const Value& item) { return ClusterRow(item, verbose); });
}

}  // namespace

Command ClustersCommand() {
  return {
      .path = "clusters",
      .summary = "List the root cluster and its leaf clusters",
      .options =
          {{.name = "quiet", .short_name = 'q', .help = "Leave the header out", .into = Into<&ClustersOptions::quiet>},
           {.name = "verbose", .short_name = 'v', .help = "Show all labels", .into = Into<&ClustersOptions::verbose>}},
      .example = "tsh clusters --format=json",
      .needs_login = true,
      .run = RunWith<RunClusters>};
}

}  // namespace sallyport
