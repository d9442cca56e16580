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

std::vector<std::string> Row(const Value& item, bool verbose) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : item.Find("labels")->as_map()) labels[key] = value.as_string();
  return {item.Find("kube_cluster_name")->as_string(), LabelsText(labels, verbose),
          item.Find("selected")->as_bool() ? "*" : ""};
}

// Whether rows alone are wanted, and not a format for programs.
bool IsQuiet(const Invocation& invocation) {
  const std::string& format = invocation.Get("format");
  return invocation.Flag("quiet") && (format.empty() || format == "text");
}

std::string NamesAndLabels(const Value::List& items, bool verbose) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) {
    rows.push_back(Row(item, verbose));
    rows.back().pop_back();
  }
  return RenderRows(rows);
}

std::vector<std::string> RowEverywhere(const Value& item, bool verbose) {
  const Value& cluster = *item.Find("kube_cluster");
  return {item.Find("proxy")->as_string(), item.Find("cluster")->as_string(),
          At(cluster, "metadata", "name").as_string(), LabelsText(LabelsOfKube(cluster), verbose)};
}

// The Kubernetes clusters that every cluster has, with where each is.
Result<Output> ListEverywhere(const Invocation& invocation, const ListFilter& filter) {
  Value::List items;
  ASSIGN_OR_RETURN(
      auto failures, VisitEveryCluster(invocation, [&](const ReachedCluster& reached) -> Status {
        std::map<std::string, Value> named;  // each once, however many agents serve it
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

  const bool verbose = invocation.Flag("verbose");
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) rows.push_back(RowEverywhere(item, verbose));
  Output output = EveryClusterOutput(std::move(items), std::move(failures));
  output.columns = {"Proxy", "Cluster", "Kube Cluster Name", "Labels"};
  output.row = [verbose](const Value& item) { return RowEverywhere(item, verbose); };

  if (!IsQuiet(invocation)) return output;
  Output quiet = Output::Text(RenderRows(rows));
  quiet.exit_code = output.exit_code;
  quiet.failures = std::move(output.failures);
  return quiet;
}

Result<Output> List(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(invocation));
  if (invocation.Flag("all")) return ListEverywhere(invocation, filter);

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

  const bool verbose = invocation.Flag("verbose");
  if (IsQuiet(invocation)) return Output::Text(NamesAndLabels(items, verbose));
  return Output::List(std::move(items), {"Kube Cluster Name", "Labels", "Selected"},
                      [verbose](const Value& item) { return Row(item, verbose); });
}

Result<Output> LoginToSeveral(const Invocation& invocation, const Session& session, const ListFilter& filter,
                              const KubeSetup& setup) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, filter));
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.push_back(cluster.name);
  if (names.empty()) {
    return Fail(ErrorKind::kNotFound, "there is no {}Kubernetes cluster for you", filter.IsEmpty() ? "" : "such ");
  }
  if (names.size() > 1 && !setup.context_name.empty() && !setup.context_name.contains(".KubeName")) {
    return FailWithHint(ErrorKind::kUsage, "--set-context-name gives every cluster the same name",
                        "put {{.KubeName}} into it");
  }
  RETURN_IF_ERROR(AddKubeClusters(invocation, session, names, setup));
  return Output::Text(
      fmt::format("Added {} Kubernetes cluster{} to the kubeconfig. The current context stays.\n"
                  "Choose one: kubectl config use-context NAME\n",
                  names.size(), names.size() == 1 ? "" : "s"));
}

Result<Output> Login(const Invocation& invocation) {
  const std::string& name = invocation.Arg("cluster");
  const bool all = invocation.Flag("all");
  ListFilter filter;
  ASSIGN_OR_RETURN(filter.labels, ParseLabels(invocation.Get("labels")));
  filter.predicate = invocation.Get("query");
  if (all && !filter.IsEmpty()) return Fail(ErrorKind::kUsage, "--all is not for some: leave --labels and --query out");
  if (filter.IsEmpty() && name.empty() != all) {
    return FailWithHint(ErrorKind::kUsage, "give one Kubernetes cluster, or --all", "see them: tsh kube ls");
  }

  const std::string& name_space = invocation.Get(invocation.Has("namespace") ? "namespace" : "kube-namespace");
  const KubeSetup setup{invocation.Get("set-context-name"), name_space, invocation.Get("as"),
                        invocation.GetList("as-groups"), !name.empty()};

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
  if (!IsSafePathPart(profile.user)) return Fail(ErrorKind::kNotFound, "nobody is logged in");
  if (cluster.empty()) cluster = ClusterOf(invocation, profile);
  return CachedKubeCredential(PathsOf(directory, profile), cluster, kube, Now());
}

// Runs on every kubectl: what is cached goes out before anything else is looked at.
Result<Output> Credentials(const Invocation& invocation) {
  const std::string& kube = invocation.Get("kube-cluster");
  if (kube.empty()) return Fail(ErrorKind::kUsage, "--kube-cluster is missing");
  const std::string& cluster = invocation.Get("teleport-cluster");
  if (!invocation.Has("identity")) {
    if (const auto cached = Cached(invocation, cluster, kube)) return Output::Text(cached->Reveal());
  }

  const auto fresh = Fetch(invocation, cluster, kube);
  if (fresh) return Output::Text(fresh->Reveal());

  // kubectl shows what we say between lines of its own, more than once: one line is enough.
  Error error = fresh.error();
  if (!error.hint.empty()) error.message += "; " + std::exchange(error.hint, {});
  return std::unexpected(std::move(error));
}

}  // namespace

Command KubeListCommand() {
  std::vector<Option> options = ListOptions();
  options.push_back({"quiet", 'q', "", "Leave the header out"});
  options.push_back({"all", 'R', "", "List those of all clusters that your logins reach"});
  return {.path = "kube ls",
          .summary = "List the Kubernetes clusters",
          .arguments = {LabelsArgument(kKubeLabels)},
          .options = std::move(options),
          .example = "tsh kube ls --format=json",
          .needs_login = true,
          .run = List};
}

Command KubeLoginCommand() {
  return {
      .path = "kube login",
      .summary = "Set kubectl up for a Kubernetes cluster",
      .arguments = {{"cluster", "Name of the Kubernetes cluster", false, false, kKubeNames}},
      .options = {{"all", '\0', "", "Add every cluster and leave the current context as it is"},
                  {"set-context-name", '\0', "TEMPLATE", "Name of the context"},
                  {"namespace", 'n', "NAME", "Namespace of the context"},
                  {.name = "kube-namespace", .value_name = "NAME", .hidden = true},
                  {"labels", '\0', "KEY=VALUE,...", "Only a cluster with these labels; without a name: all of them"},
                  {"query", '\0', "EXPRESSION", "Only a cluster that this predicate holds for"},
                  {"as", '\0', "USER", "Kubernetes user to act as"},
                  {"as-groups", '\0', "GROUPS", "Kubernetes groups to act as", "", "", true}},
      .example = "tsh kube login dev",
      .formats = "",
      .needs_login = true,
      .run = Login};
}

Command KubeCredentialsCommand() {
  return {.path = "kube credentials",
          .summary = "Print credentials for kubectl, which calls this by itself",
          .options = {{"kube-cluster", '\0', "NAME", "Name of the Kubernetes cluster"},
                      {"teleport-cluster", '\0', "NAME", "Cluster that it belongs to"}},
          .formats = "",
          .hidden = true,
          .run = Credentials};
}

}  // namespace sallyport
