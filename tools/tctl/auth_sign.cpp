#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "libbase/text.h"
#include "libclient/identity_output.h"
#include "libclient/listing.h"
#include "libclient/login.h"
#include "libresources/codec/codec_forms.h"
#include "teleport/clusterconfig/v1/clusterconfig_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

namespace configv1 = teleport::clusterconfig::v1;
namespace trustv1 = teleport::trust::v1;

constexpr std::chrono::hours kDefaultTtl{12};
constexpr std::chrono::minutes kTolerance{1};
constexpr int kDefaultPort = 443;

// What the cluster says of itself.
struct Cluster {
  std::string name;
  UserKeys keys;
};

Result<Cluster> AskCluster(RpcClient& rpc) {
  ASSIGN_OR_RETURN(const auto ping, rpc.Call<proto::PingResponse>("/proto.AuthService/Ping", proto::PingRequest()));
  Cluster cluster;
  cluster.name = ping.clustername();
  const Value suite = EnumToValue(*types::SignatureAlgorithmSuite_descriptor(), ping.signature_algorithm_suite());
  ASSIGN_OR_RETURN(cluster.keys, GenerateUserKeys(suite.is_string() ? suite.as_string() : ""));
  return cluster;
}

Result<Nanoseconds> TtlOf(const Invocation& invocation) {
  if (!invocation.Has("ttl")) return kDefaultTtl;
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(invocation.Get("ttl")));
  if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0");
  return ttl;
}

Status CheckLeaf(RpcClient& rpc, const std::string& leaf) {
  ASSIGN_OR_RETURN(const auto clusters, ListRemoteClusters(rpc));
  if (std::ranges::find(clusters, leaf, &RemoteClusterItem::name) != clusters.end()) return {};
  return FailWithHint(ErrorKind::kNotFound, fmt::format("there is no leaf cluster \"{}\"", leaf),
                      "see them: tctl get remote_clusters");
}

// The address that kubectl is to use: the one given, or that of the first proxy which has one for others.
Result<HostPort> ProxyOf(RpcClient& rpc, const std::string& given) {
  if (!given.empty()) {
    std::string_view address = given;
    for (const std::string_view scheme : {"https://", "http://"}) {
      if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
    }
    return ParseHostPort(address.substr(0, address.find('/')), kDefaultPort);
  }

  ASSIGN_OR_RETURN(const Value proxies, rpc.Get("/v2/proxies"));
  for (const auto& proxy : proxies.as_list()) {
    const Value* spec = proxy.Find("spec");
    const Value* names = spec == nullptr ? nullptr : spec->Find("public_addrs");
    if (names == nullptr || names->as_list().empty()) continue;
    return ParseHostPort(names->as_list().front().as_string(), kDefaultPort);
  }
  return FailWithHint(ErrorKind::kNotFound, "no proxy of the cluster has a public address",
                      "give it: --proxy=HOST:PORT");
}

Status AddKubeAddress(RpcClient& rpc, const Invocation& invocation, KubeEntry& entry) {
  ASSIGN_OR_RETURN(const auto networking,
                   rpc.Call<types::ClusterNetworkingConfigV2>(
                       "/teleport.clusterconfig.v1.ClusterConfigService/GetClusterNetworkingConfig",
                       configv1::GetClusterNetworkingConfigRequest()));
  const bool multiplex = networking.spec().proxylistenermode() == types::ProxyListenerMode::Multiplex;
  if (!multiplex && !invocation.Has("proxy")) {
    return FailWithHint(ErrorKind::kUsage, "the cluster has a port of its own for Kubernetes",
                        "give its address: --proxy=HOST:PORT");
  }

  ASSIGN_OR_RETURN(const HostPort proxy, ProxyOf(rpc, invocation.Get("proxy")));
  entry.server = "https://" + FormatHostPort(proxy);
  if (multiplex) entry.tls_server_name = KubeTlsServerName(proxy.host);
  return {};
}

// A certificate that is shorter than asked for would end when nobody expects it. The default is nobody's wish: what is
// left of it is said.
Status CheckLifetime(const Invocation& invocation, const std::string& certificate_pem, Time wanted, Nanoseconds ttl,
                     std::vector<std::string>& notices) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(certificate_pem));
  if (wanted - certificate.not_after() <= kTolerance) return {};
  const auto granted = std::chrono::round<std::chrono::seconds>(certificate.not_after() - Now());
  if (!invocation.Has("ttl")) {
    notices.push_back(fmt::format("good for {}, which is as long as your own session and the roles allow, not for {}",
                                  FormatDuration(granted), FormatDuration(ttl)));
    return {};
  }
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("nothing is written: a lifetime of {} is more than is allowed, which is {}",
                                  FormatDuration(ttl), FormatDuration(granted)),
                      fmt::format("ask for less: --ttl={}", FormatDuration(granted)));
}

Result<proto::Certs> RequestCerts(RpcClient& rpc, const Invocation& invocation, const Cluster& cluster,
                                  const KubeEntry& kube, Time expires) {
  proto::UserCertsRequest request;
  request.set_username(invocation.Get("user"));
  request.set_sshpublickey(cluster.keys.ssh.public_key().ToAuthorizedKey() + "\n");
  request.set_tlspublickey(cluster.keys.tls.public_key().ToPem());
  *request.mutable_expires() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(expires.time_since_epoch().count());
  request.set_format(invocation.Get("compat"));
  request.set_routetocluster(kube.teleport_cluster);
  request.set_kubernetescluster(kube.kube_cluster);
  return rpc.Call<proto::Certs>("/proto.AuthService/GenerateUserCerts", request);
}

Status SignUser(RpcClient& rpc, const Invocation& invocation, IdentityOutput& output,
                std::vector<std::string>& notices) {
  ASSIGN_OR_RETURN(const Nanoseconds ttl, TtlOf(invocation));
  ASSIGN_OR_RETURN(Cluster cluster, AskCluster(rpc));
  // A file with one key for both certificates, unless only SSH reads it.
  if (output.format != IdentityFormat::kOpenssh) cluster.keys.ssh = cluster.keys.tls;
  output.kube.teleport_cluster = cluster.name;
  output.kube.kube_cluster = invocation.Get("kube-cluster-name");
  if (output.format == IdentityFormat::kKubernetes) {
    const std::string& leaf = invocation.Get(invocation.Has("leaf-cluster") ? "leaf-cluster" : "kube-cluster");
    if (!leaf.empty()) {
      RETURN_IF_ERROR(CheckLeaf(rpc, leaf));
      output.kube.teleport_cluster = leaf;
    }
    RETURN_IF_ERROR(AddKubeAddress(rpc, invocation, output.kube));
  }
  const Time expires = Now() + ttl;
  ASSIGN_OR_RETURN(const auto certs, RequestCerts(rpc, invocation, cluster, output.kube, expires));
  RETURN_IF_ERROR(CheckLifetime(invocation, certs.tls(), expires, ttl, notices));
  output.key_pem = output.format == IdentityFormat::kOpenssh ? cluster.keys.ssh.ToSshPem() : cluster.keys.tls.ToPem();
  output.ssh_certificate = certs.ssh();
  output.tls_certificate = certs.tls();
  ASSIGN_OR_RETURN(output.authorities, FetchHostAuthorities(rpc, cluster.name));
  return {};
}

Status SignHost(RpcClient& rpc, const Invocation& invocation, IdentityOutput& output) {
  ASSIGN_OR_RETURN(const Cluster cluster, AskCluster(rpc));
  trustv1::GenerateHostCertRequest request;
  request.set_key(cluster.keys.ssh.public_key().ToAuthorizedKey() + "\n");
  for (const auto& name : SplitNonEmpty(invocation.Get("host"), ',')) request.add_principals(name);
  request.set_cluster_name(cluster.name);
  request.set_role("Node");
  if (invocation.Has("ttl")) {
    ASSIGN_OR_RETURN(const Nanoseconds ttl, TtlOf(invocation));
    *request.mutable_ttl() = google::protobuf::util::TimeUtil::NanosecondsToDuration(ttl.count());
  }

  ASSIGN_OR_RETURN(const auto answer, rpc.Call<trustv1::GenerateHostCertResponse>(
                                          "/teleport.trust.v1.TrustService/GenerateHostCert", request));
  output.key_pem = cluster.keys.ssh.ToSshPem();
  output.ssh_certificate = answer.ssh_certificate();
  return {};
}

// What is wrong with the options, before anything is asked of the cluster.
Status CheckOptions(const Invocation& invocation, const IdentityOutput& output) {
  const bool host = invocation.Has("host");
  if (output.path.empty()) return Fail(ErrorKind::kUsage, "name the file to write: --out=FILE");
  if (invocation.Has("user") == host) return Fail(ErrorKind::kUsage, "give --user or --host");
  if (host && output.format != IdentityFormat::kOpenssh) {
    return Fail(ErrorKind::kUsage, "certificates of hosts are written with --format=openssh");
  }
  return {};
}

// Options that say something about another format than the one that is written.
std::vector<std::string> Notices(const Invocation& invocation, IdentityFormat format) {
  std::vector<std::string> notices;
  for (const char* option : {"proxy", "kube-cluster-name", "leaf-cluster"}) {
    if (format == IdentityFormat::kKubernetes || !invocation.Has(option)) continue;
    notices.push_back(fmt::format("--{} matters with --format=kubernetes alone", option));
  }
  return notices;
}

Result<Output> Run(const Invocation& invocation) {
  IdentityOutput output;
  // --format says how the files are written, and how the answer is shown where it is none of those.
  const std::string& format = invocation.Get("format");
  const bool plain = format.empty() || format == "text" || format == "json" || format == "yaml";
  ASSIGN_OR_RETURN(output.format, ParseIdentityFormat(plain ? "file" : format));
  output.path = invocation.Get("out");
  output.overwrite = invocation.Flag("overwrite");
  RETURN_IF_ERROR(CheckOptions(invocation, output));

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  auto notices = Notices(invocation, output.format);
  RETURN_IF_ERROR(invocation.Has("user") ? SignUser(*rpc, invocation, output, notices)
                                         : SignHost(*rpc, invocation, output));
  ASSIGN_OR_RETURN(const auto files, WriteIdentityOutput(output));

  Output result = Output::Of(Value(Value::Map{{"files", Value::Strings(files)}}), [files](const Value&) {
    return fmt::format("The credentials have been written to {}\n", fmt::join(files, ", "));
  });
  result.notices = std::move(notices);
  return result;
}

}  // namespace

Command AuthSignCommand() {
  return {.path = "auth sign",
          .summary = "Write certificates of a user, or of a host, to files for other programs",
          .options = {{"user", '\0', "NAME", "User of the certificates"},
                      {"host", '\0', "NAME,...", "Names of a host, with --format=openssh"},
                      {"out", 'o', "FILE", "File to write; some formats write several that begin with it"},
                      {"ttl", '\0', "DURATION", "How long they are good (default 12h; for hosts: for ever)"},
                      {"compat", '\0', "FORMAT", "Form of the SSH certificate", {}, "standard oldssh"},
                      {"overwrite", '\0', "", "Replace files that are there"},
                      {"proxy", '\0', "HOST:PORT", "Proxy that kubectl uses (default the cluster's)"},
                      {"leaf-cluster", '\0', "NAME", "Leaf cluster that kubectl uses"},
                      {"kube-cluster", '\0', "NAME", "", {}, {}, false, true},
                      {"kube-cluster-name", '\0', "NAME", "Kubernetes cluster that kubectl uses"}},
          .example = "tctl auth sign --user=ci --out=identity --ttl=1h",
          .formats = "text json yaml file openssh tls kubernetes",
          .run = Run};
}

}  // namespace sallyport
