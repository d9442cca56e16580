#include "libclient/kube_credentials.h"
#include "libclient/listing.h"
#include "tools/listing/list_options.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
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

std::string WithoutHeader(const Value::List& items) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items) {
    rows.push_back(Row(item, false));
    if (rows.back().back() == "*") rows.back().back().clear();
  }
  const std::string table = RenderTable({"", "", ""}, rows);
  const auto body = table.find('\n', table.find('\n') + 1);
  return table.substr(body + 1);
}

Result<Output> List(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(invocation));
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
  const std::string& format = invocation.Get("format");
  if (invocation.Flag("quiet") && (format.empty() || format == "text")) return Output::Text(WithoutHeader(items));
  const bool verbose = invocation.Flag("verbose");
  return Output::List(std::move(items), {"Kube Cluster Name", "Labels", "Selected"},
                      [verbose](const Value& item) { return Row(item, verbose); });
}

Result<Output> LoginAll(const Invocation& invocation, const Session& session, const KubeSetup& setup) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, {}));
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.push_back(cluster.name);
  if (names.empty()) return Fail(ErrorKind::kNotFound, "there is no Kubernetes cluster for you");
  if (names.size() > 1 && !setup.context_name.empty() && !setup.context_name.contains(".KubeName")) {
    return FailWithHint(ErrorKind::kUsage, "--set-context-name gives every cluster the same name",
                        "put {{.KubeName}} into it");
  }
  RETURN_IF_ERROR(AddKubeClusters(invocation, session, names, setup));
  return Output::Text(
      fmt::format("Added {} Kubernetes clusters to the kubeconfig. The current context stays.\n"
                  "Choose one: kubectl config use-context NAME\n",
                  names.size()));
}

Result<Output> Login(const Invocation& invocation) {
  const std::string& name = invocation.Arg("cluster");
  const bool all = invocation.Flag("all");
  if (name.empty() != all) {
    return FailWithHint(ErrorKind::kUsage, "give one Kubernetes cluster, or --all", "see them: tsh kube ls");
  }
  KubeSetup setup{invocation.Get("set-context-name"), invocation.Get("kube-namespace"), invocation.Get("as"),
                  invocation.GetList("as-groups"), !all};
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  if (all) return LoginAll(invocation, session, setup);
  RETURN_IF_ERROR(SetUpKubeCluster(invocation, session, name, setup));
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
  return {.path = "kube ls",
          .summary = "List the Kubernetes clusters",
          .arguments = {LabelsArgument(kKubeLabels)},
          .options = std::move(options),
          .example = "tsh kube ls --format=json",
          .needs_login = true,
          .run = List};
}

Command KubeLoginCommand() {
  return {.path = "kube login",
          .summary = "Set kubectl up for a Kubernetes cluster",
          .arguments = {{"cluster", "Name of the Kubernetes cluster", false, false, kKubeNames}},
          .options = {{"all", '\0', "", "Add every cluster and leave the current context as it is"},
                      {"set-context-name", '\0', "TEMPLATE", "Name of the context"},
                      {"kube-namespace", 'n', "NAME", "Namespace of the context"},
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
