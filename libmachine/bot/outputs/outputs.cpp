#include "libmachine/bot/outputs/outputs.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <array>
#include <future>

#include "libclient/login.h"
#include "libidentity/keys.h"
#include "libmachine/bot/identity/identity_store.h"
#include "libmachine/bot/outputs/identity_files.h"
#include "libmachine/bot/outputs/kube_files.h"
#include "libmachine/bot/outputs/output_certificates.h"
#include "libmachine/bot/outputs/ssh_files.h"

namespace sallyport {
namespace {

using Files = Result<std::vector<BotFile>>;

void AddFiles(std::vector<BotFile>& to, std::vector<BotFile> more) {
  for (auto& file : more) to.push_back(std::move(file));
}

OutputRequest RequestOf(const OutputContext& context) {
  OutputRequest request;
  request.roles = context.roles;
  request.suite = context.suite;
  request.ttl = context.ttl;
  return request;
}

// The certificate that names one Kubernetes cluster or application, and the authorities; the authorities come first.
struct Issued {
  BotCredentials credentials;
  std::vector<ClusterAuthorities> hosts;
  std::vector<BotFile> files;
};

// The authorities of hosts, and the files of all authorities.
struct OutputAuthorities {
  std::vector<ClusterAuthorities> hosts;
  std::vector<BotFile> files;
};

// Asks for the authorities while the caller asks for certificates.
std::future<Result<OutputAuthorities>> AskAuthorities(const OutputContext& context) {
  return std::async(std::launch::async, [&context]() -> Result<OutputAuthorities> {
    OutputAuthorities authorities;
    ASSIGN_OR_RETURN(authorities.hosts, context.cluster.Authorities(context.bot, "host"));
    ASSIGN_OR_RETURN(authorities.files, AuthorityFiles(context.cluster, context.bot, authorities.hosts));
    return authorities;
  });
}

Result<Issued> AddAuthorities(BotCredentials credentials, std::future<Result<OutputAuthorities>> asked) {
  ASSIGN_OR_RETURN(OutputAuthorities authorities, asked.get());
  return Issued{std::move(credentials), std::move(authorities.hosts), std::move(authorities.files)};
}

Result<Issued> IssueWithAuthorities(const OutputContext& context, const OutputRequest& request) {
  auto authorities = AskAuthorities(context);
  ASSIGN_OR_RETURN(BotCredentials credentials, IssueOutput(context.cluster, context.bot, request));
  return AddAuthorities(std::move(credentials), std::move(authorities));
}

// Adds the identity file and the files of the key and its certificates.
Status AddCredentials(Issued& issued) {
  ASSIGN_OR_RETURN(auto identity, IdentityFileOf(issued.credentials, issued.hosts));
  issued.files.push_back(std::move(identity));
  AddFiles(issued.files, CredentialFiles(issued.credentials));
  return {};
}

// Returns the clusters that ssh's files name: the bot's, and the leaf clusters that the output may see. Each leaf
// cluster has an authority of hosts here: where there is none, there is nothing to ask for by the output's own
// connection.
Result<std::vector<std::string>> SshClusters(const OutputContext& context, const Issued& issued) {
  std::vector<std::string> clusters{context.bot.cluster()};
  const auto is_own = [&](const ClusterAuthorities& authority) { return authority.cluster == clusters.front(); };
  if (std::ranges::all_of(issued.hosts, is_own)) return clusters;
  ASSIGN_OR_RETURN(const auto leafs, context.cluster.LeafClusters(issued.credentials));
  clusters.insert(clusters.end(), leafs.begin(), leafs.end());
  return clusters;
}

Files MakeIdentity(const OutputContext& context) {
  OutputRequest request = RequestOf(context);
  request.allow_reissue = context.service.allow_reissue;
  request.route_to_cluster = context.service.cluster;
  const bool for_ssh = context.service.ssh_config == "on";
  // The proxy has connections of its own.
  std::future<Result<ProxyView>> proxy;
  if (for_ssh) proxy = std::async(std::launch::async, [&context] { return context.cluster.Proxy(context.bot); });
  auto authorities = AskAuthorities(context);
  ASSIGN_OR_RETURN(BotCredentials credentials, IssueOutput(context.cluster, context.bot, request));

  ASSIGN_OR_RETURN(Issued issued, AddAuthorities(std::move(credentials), std::move(authorities)));
  if (for_ssh) {
    SshFileOptions options;
    ASSIGN_OR_RETURN(options.clusters, SshClusters(context, issued));
    ASSIGN_OR_RETURN(options.proxy, proxy.get());
    options.hosts = issued.hosts;
    options.directory = context.directory;
    options.executable = context.executable;
    ASSIGN_OR_RETURN(auto files, OpenSshFiles(options));
    AddFiles(issued.files, std::move(files));
  }

  RETURN_IF_ERROR(AddCredentials(issued));
  return std::move(issued.files);
}

Result<KubeFileOptions> KubeOptions(const OutputContext& context, const Issued& issued) {
  KubeFileOptions options;
  ASSIGN_OR_RETURN(options.proxy, context.cluster.Proxy(context.bot));
  options.hosts = issued.hosts;
  if (!context.directory.empty() && !context.service.disable_exec_plugin) {
    options.user = {context.executable, context.directory};
  }
  return options;
}

Files MakeKubernetes(const OutputContext& context) {
  OutputRequest request = RequestOf(context);
  // A certificate without a Kubernetes cluster finds the cluster's full name.
  ASSIGN_OR_RETURN(const BotCredentials finder, IssueOutput(context.cluster, context.bot, request));
  ASSIGN_OR_RETURN(request.kubernetes_cluster,
                   FindKubeCluster(context.cluster, finder, context.service.kubernetes_cluster));
  ASSIGN_OR_RETURN(Issued issued, IssueWithAuthorities(context, request));
  ASSIGN_OR_RETURN(const KubeFileOptions options, KubeOptions(context, issued));
  ASSIGN_OR_RETURN(auto kubeconfig, KubeconfigFor(options, issued.credentials, request.kubernetes_cluster));
  RETURN_IF_ERROR(AddCredentials(issued));
  issued.files.push_back(std::move(kubeconfig));
  return std::move(issued.files);
}

Files MakeKubernetesV2(const OutputContext& context) {
  Issued issued;
  ASSIGN_OR_RETURN(issued.credentials, IssueOutput(context.cluster, context.bot, RequestOf(context)));
  ASSIGN_OR_RETURN(issued.hosts, context.cluster.Authorities(context.bot, "host"));
  ASSIGN_OR_RETURN(const auto clusters,
                   SelectKubeClusters(context.cluster, issued.credentials, context.service.selectors));
  ASSIGN_OR_RETURN(const KubeFileOptions options, KubeOptions(context, issued));
  ASSIGN_OR_RETURN(auto kubeconfig,
                   KubeconfigForAll(options, issued.credentials, clusters, context.service.context_name_template));
  issued.files.push_back({std::string(kHostAuthorityFile), Secret(AuthorityBundle(issued.hosts))});
  RETURN_IF_ERROR(AddCredentials(issued));
  issued.files.push_back(std::move(kubeconfig));
  return std::move(issued.files);
}

Files MakeApplication(const OutputContext& context) {
  OutputRequest request = RequestOf(context);
  ASSIGN_OR_RETURN(const BotCredentials finder, IssueOutput(context.cluster, context.bot, request));
  ASSIGN_OR_RETURN(request.application, context.cluster.Application(finder, context.service.app_name));
  ASSIGN_OR_RETURN(Issued issued, IssueWithAuthorities(context, request));
  RETURN_IF_ERROR(AddCredentials(issued));
  if (context.service.specific_tls_naming) AddFiles(issued.files, TlsFiles(issued.credentials, issued.hosts));
  return std::move(issued.files);
}

// The keys of the user authorities, which sshd trusts: TrustedUserCAKeys.
std::string UserAuthorityLines(const std::vector<ClusterAuthorities>& users, const std::string& cluster) {
  std::string lines;
  for (const auto& authority : users) {
    if (authority.cluster != cluster) continue;
    for (const auto& line : authority.ssh_keys) {
      const auto key = ParseAuthorizedKey(line);
      if (key) lines += fmt::format("{} clustername={}&type=user\n", key->key.ToAuthorizedKey(), cluster);
    }
  }
  return lines;
}

Files MakeSshHost(const OutputContext& context) {
  ASSIGN_OR_RETURN(const BotCredentials caller, IssueOutput(context.cluster, context.bot, RequestOf(context)));
  ASSIGN_OR_RETURN(const UserKeys keys, GenerateUserKeys(context.suite));
  teleport::trust::v1::GenerateHostCertRequest request;
  request.set_key(keys.ssh.public_key().ToAuthorizedKey() + "\n");
  for (const auto& principal : context.service.principals) request.add_principals(principal);
  request.set_cluster_name(context.bot.cluster());
  request.set_role("Node");
  *request.mutable_ttl() = google::protobuf::util::TimeUtil::NanosecondsToDuration(context.ttl.count());

  ASSIGN_OR_RETURN(const std::string certificate, context.cluster.IssueHostCertificate(caller, request));
  ASSIGN_OR_RETURN(const auto users, context.cluster.Authorities(context.bot, "user"));
  std::vector<BotFile> files;
  files.push_back({"ssh_host-user-ca.pub", Secret(UserAuthorityLines(users, context.bot.cluster()))});
  files.push_back({"ssh_host", keys.ssh.ToSshPem()});
  files.push_back({"ssh_host-cert.pub", Secret(WithLineEnd(certificate))});
  return files;
}

constexpr std::array<OutputType, 5> kOutputTypes{{{"identity", MakeIdentity},
                                                  {"ssh_host", MakeSshHost},
                                                  {"kubernetes", MakeKubernetes},
                                                  {"kubernetes/v2", MakeKubernetesV2},
                                                  {"application", MakeApplication}}};

}  // namespace

Result<const OutputType*> FindOutputType(const ServiceConfig& service) {
  for (const auto& type : kOutputTypes) {
    if (type.name == service.type) return &type;
  }
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("{}: outputs of type {} are not implemented", service.where, service.type),
                      "remove the entry");
}

Status RunOutput(const ServiceConfig& service, Nanoseconds ttl, const std::string& executable, BotCluster& cluster,
                 const BotCredentials& bot, BotDestination& destination) {
  ASSIGN_OR_RETURN(const OutputType* const type, FindOutputType(service));
  auto suite = std::async(std::launch::async, [&] { return cluster.KeySuite(&bot); });
  ASSIGN_OR_RETURN(auto roles, OutputRoles(cluster, bot, service.roles));
  OutputContext context{cluster, bot, service, std::move(roles), {}, ttl, destination.directory(), executable};
  ASSIGN_OR_RETURN(context.suite, suite.get());
  RETURN_IF_ERROR(destination.Init());
  ASSIGN_OR_RETURN(auto files, type->make(context));
  files.insert(files.begin(), BotFile{std::string(kWriteTestFile), Secret()});
  return destination.Write(files);
}

}  // namespace sallyport
