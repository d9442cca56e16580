#include "libclient/kube_credentials.h"
#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/every_cluster.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/kube_setup.h"

namespace sallyport {
namespace {

struct KubeLs {
  ListOptions list;
  bool quiet = false;
  bool all = false;
};

struct KubeLogin {
  std::string cluster;
  bool all = false;
  std::string set_context_name;
  std::string name_space;
  std::string kube_namespace;
  std::string labels;
  std::string query;
  std::string as;
  std::vector<std::string> as_groups;
};

struct KubeCredentials {
  std::string kube_cluster;
  std::string teleport_cluster;
};

std::vector<std::string> KubeRow(const Value& item, bool verbose) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : item.Find("labels")->as_map()) labels[key] = value.as_string();
  return {item.Find("kube_cluster_name")->as_string(), LabelsText(labels, verbose),
          item.Find("selected")->as_bool() ? "*" : ""};
}

// Returns whether the output is plain rows, and no format for programs.
bool IsQuiet(const Invocation& invocation, const KubeLs& given) { return given.quiet && invocation.format() == "text"; }

std::string NamesAndLabels(const Value::List& items, bool verbose) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) {
    rows.push_back(KubeRow(item, verbose));
    rows.back().pop_back();
  }
  return RenderRows(rows);
}

std::vector<std::string> RowEverywhere(const Value& item, bool verbose) {
  const Value& cluster = *item.Find("kube_cluster");
  return {item.Find("proxy")->as_string(), item.Find("cluster")->as_string(),
          At(cluster, "metadata", "name").as_string(), LabelsText(LabelsOfKube(cluster), verbose)};
}

// Returns the Kubernetes clusters of every cluster, each with the name of its cluster.
Result<Output> ListEverywhere(const Invocation& invocation, const KubeLs& given, const ListFilter& filter) {
  Value::List items;
  ASSIGN_OR_RETURN(
      auto failures, VisitEveryCluster(invocation, [&](const ReachedCluster& reached) -> Status {
        std::map<std::string, Value> named;  // each cluster once, however many agents serve it
        RETURN_IF_ERROR(ListKubeServers(reached.rpc, filter, [&](const Value& server) -> Status {
          const Value& cluster = At(server, "spec", "cluster");
          named.emplace(At(cluster, "metadata", "name").as_string(), cluster);
          return {};
        }));
        for (auto& [name, cluster] : named) {
          items.push_back(Value(Value::Map{
              {"proxy", reached.proxy}, {"cluster", reached.cluster}, {"kube_cluster", std::move(cluster)}}));
        }
        return Status();
      }));

  const bool verbose = given.list.verbose;
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) rows.push_back(RowEverywhere(item, verbose));
  Output output = EveryClusterOutput(std::move(items), std::move(failures));
  output.columns = {"Proxy", "Cluster", "Kube Cluster Name", "Labels"};
  output.row = [verbose](const Value& item) { return RowEverywhere(item, verbose); };

  if (!IsQuiet(invocation, given)) return output;
  Output quiet = Output::Text(RenderRows(rows));
  quiet.exit_code = output.exit_code;
  quiet.failures = std::move(output.failures);
  return quiet;
}

Result<Output> ListKube(const Invocation& invocation, const KubeLs& given) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(given.list));
  if (given.all) return ListEverywhere(invocation, given, filter);

  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, filter));
  const auto config = ReadKubeconfig(KubeconfigOf(invocation));
  const std::string selected = config ? config->SelectedCluster(ClusterOf(invocation, session.profile)) : "";

  Value::List items;
  std::vector<std::string> names;
  std::set<std::string> labels;
  for (const auto& cluster : clusters) {
    names.push_back(cluster.name);
    AddLabels(cluster.labels, labels);
    items.push_back(Value(Value::Map{{"kube_cluster_name", cluster.name},
                                     {"labels", LabelsValue(cluster.labels)},
                                     {"selected", cluster.name == selected}}));
  }
  if (filter.IsEmpty()) {
    RememberNames(invocation, session, kKubeNames, std::move(names));
    RememberNames(invocation, session, kKubeLabels, {labels.begin(), labels.end()});
  }

  const bool verbose = given.list.verbose;
  if (IsQuiet(invocation, given)) return Output::Text(NamesAndLabels(items, verbose));
  return Output::List(std::move(items), {"Kube Cluster Name", "Labels", "Selected"},
                      [verbose](const Value& item) { return KubeRow(item, verbose); });
}

Result<Output> LoginToSeveral(const Invocation& invocation, const Session& session, const ListFilter& filter,
                              const KubeSetup& setup) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, filter));
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.push_back(cluster.name);
  if (names.empty()) {
    return Fail(ErrorKind::kNotFound, "your roles give access to no {}Kubernetes cluster",
                filter.IsEmpty() ? "" : "matching ");
  }
  if (names.size() > 1 && !setup.context_name.empty() && !setup.context_name.contains(".KubeName")) {
    return FailWithHint(ErrorKind::kUsage, "--set-context-name gives every cluster the same name",
                        "put {{.KubeName}} into the name");
  }
  RETURN_IF_ERROR(AddKubeClusters(invocation, session, names, setup));
  return Output::Text(
      fmt::format("Added {} Kubernetes cluster{} to the kubeconfig. The current context stays.\n"
                  "Choose one: kubectl config use-context NAME\n",
                  names.size(), names.size() == 1 ? "" : "s"));
}

Result<Output> Login(const Invocation& invocation, const KubeLogin& given) {
  const std::string& name = given.cluster;
  const bool all = given.all;
  ListFilter filter;
  ASSIGN_OR_RETURN(filter.labels, ParseLabels(given.labels));
  filter.predicate = given.query;
  if (all && !filter.IsEmpty())
    return Fail(ErrorKind::kUsage, "--all excludes --labels and --query: leave one of them out");
  if (filter.IsEmpty() && name.empty() != all) {
    return FailWithHint(ErrorKind::kUsage, "give one Kubernetes cluster, or --all",
                        "list the Kubernetes clusters: tsh kube ls");
  }

  const std::string& name_space = given.name_space.empty() ? given.kube_namespace : given.name_space;
  const KubeSetup setup{given.set_context_name, name_space, given.as, given.as_groups, !name.empty()};

  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  if (name.empty()) return LoginToSeveral(invocation, session, filter, setup);
  RETURN_IF_ERROR(SetUpKubeCluster(invocation, session, name, setup, filter));
  return Output::Text(fmt::format("kubectl now uses the Kubernetes cluster \"{}\". Try: kubectl version\n", name));
}

Result<Secret> Fetch(const Invocation& invocation, std::string cluster, const std::string& kube) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  if (cluster.empty()) cluster = ClusterOf(invocation, session.profile);
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  return FetchKubeCredential(session, *rpc, cluster, kube);
}

Result<Secret> Cached(const Invocation& invocation, std::string cluster, const std::string& kube) {
  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  ASSIGN_OR_RETURN(const Profile profile, directory.Load(ProfileNameOf(invocation)));
  if (!IsSafePathPart(profile.user)) return Fail(ErrorKind::kNotFound, "no user is logged in");
  if (cluster.empty()) cluster = ClusterOf(invocation, profile);
  return CachedKubeCredential(PathsOf(directory, profile), cluster, kube, Now());
}

// Runs at every kubectl command, so it prints a cached credential before it does anything else.
Result<Output> Credentials(const Invocation& invocation, const KubeCredentials& given) {
  const std::string& kube = given.kube_cluster;
  if (kube.empty()) return Fail(ErrorKind::kUsage, "--kube-cluster is missing");
  const std::string& cluster = given.teleport_cluster;
  if (GivenToProgram<TshOptions>(invocation).identity.empty()) {
    if (const auto cached = Cached(invocation, cluster, kube)) return Output::Text(cached->Reveal());
  }

  const auto fresh = Fetch(invocation, cluster, kube);
  if (fresh) return Output::Text(fresh->Reveal());

  // kubectl shows the message between its own lines, more than once, so the message is one line.
  Error error = fresh.error();
  if (!error.hint.empty()) error.message += "; " + std::exchange(error.hint, {});
  return std::unexpected(std::move(error));
}

}  // namespace

Command KubeListCommand() {
  std::vector<Option> options = ListOptionRows<&KubeLs::list>();
  options.push_back({.name = "quiet", .short_name = 'q', .help = "Leave the header out", .into = Into<&KubeLs::quiet>});
  options.push_back({.name = "all",
                     .short_name = 'R',
                     .help = "List the Kubernetes clusters of all your logins",
                     .into = Into<&KubeLs::all>});
  return {.path = "kube ls",
          .summary = "List the Kubernetes clusters",
          .arguments = {LabelsArgument<&KubeLs::list>(kKubeLabels)},
          .options = std::move(options),
          .example = "tsh kube ls --format=json",
          .needs_login = true,
          .run = RunWith<ListKube>};
}

Command KubeLoginCommand() {
  return {
      .path = "kube login",
      .summary = "Set kubectl up for a Kubernetes cluster",
      .arguments = {{.name = "cluster",
                     .help = "Name of the Kubernetes cluster",
                     .required = false,
                     .names = kKubeNames,
                     .into = Into<&KubeLogin::cluster>}},
      .options =
          {{.name = "all",
            .help = "Add every cluster and leave the current context as it is",
            .into = Into<&KubeLogin::all>},
           {.name = "set-context-name",
            .value_name = "TEMPLATE",
            .help = "Name of the context",
            .into = Into<&KubeLogin::set_context_name>},
           {.name = "namespace",
            .short_name = 'n',
            .value_name = "NAME",
            .help = "Namespace of the context",
            .into = Into<&KubeLogin::name_space>},
           {.name = "kube-namespace", .value_name = "NAME", .hidden = true, .into = Into<&KubeLogin::kube_namespace>},
           {.name = "labels",
            .value_name = "KEY=VALUE,...",
            .help = "Only clusters with these labels; without a name, all of these clusters",
            .into = Into<&KubeLogin::labels>},
           {.name = "query",
            .value_name = "EXPRESSION",
            .help = "Only clusters for which this predicate is true",
            .into = Into<&KubeLogin::query>},
           {.name = "as", .value_name = "USER", .help = "Kubernetes user to act as", .into = Into<&KubeLogin::as>},
           {.name = "as-groups",
            .value_name = "GROUPS",
            .help = "Kubernetes groups to act as",
            .repeated = true,
            .into = Into<&KubeLogin::as_groups>}},

      .example = "tsh kube login dev",
      .formats = "",
      .needs_login = true,
      .run = RunWith<Login>};
}

Command KubeCredentialsCommand() {
  return {.path = "kube credentials",
          .summary = "Print credentials for kubectl, which calls this command",
          .options = {{.name = "kube-cluster",
                       .value_name = "NAME",
                       .help = "Name of the Kubernetes cluster",
                       .into = Into<&KubeCredentials::kube_cluster>},
                      {.name = "teleport-cluster",
                       .value_name = "NAME",
                       .help = "Cluster of the Kubernetes cluster",
                       .into = Into<&KubeCredentials::teleport_cluster>}},
          .formats = "",
          .hidden = true,
          .run = RunWith<Credentials>};
}

}  // namespace sallyport
