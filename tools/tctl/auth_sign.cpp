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

struct AuthSign {
  std::string user;
  std::string host;
  std::string out;
  std::string ttl;
  std::string compat;
  bool overwrite = false;
  std::string proxy;
  std::string leaf_cluster;
  std::string kube_cluster;
  std::string kube_cluster_name;
};

namespace configv1 = teleport::clusterconfig::v1;
namespace trustv1 = teleport::trust::v1;

constexpr std::chrono::hours kDefaultTtl{12};
constexpr std::chrono::minutes kTolerance{1};
constexpr int kDefaultPort = 443;

// The answer of the cluster about itself.
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

Result<Nanoseconds> SignTtlOf(const AuthSign& given) {
  if (given.ttl.empty()) return kDefaultTtl;
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(given.ttl));
  if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0");
  return ttl;
}

Status CheckLeaf(RpcClient& rpc, const std::string& leaf) {
  ASSIGN_OR_RETURN(const auto clusters, ListRemoteClusters(rpc));
  if (std::ranges::find(clusters, leaf, &RemoteClusterItem::name) != clusters.end()) return {};
  return FailWithHint(ErrorKind::kNotFound, fmt::format("there is no leaf cluster \"{}\"", leaf),
                      "list the leaf clusters: tctl get remote_clusters");
}

// Returns the address for kubectl: the given address, or that of the first proxy with a public address.
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
                      "give the address of a proxy: --proxy=HOST:PORT");
}

Status AddKubeAddress(RpcClient& rpc, const AuthSign& given, KubeEntry& entry) {
  ASSIGN_OR_RETURN(const auto networking,
                   rpc.Call<types::ClusterNetworkingConfigV2>(
                       "/teleport.clusterconfig.v1.ClusterConfigService/GetClusterNetworkingConfig",
                       configv1::GetClusterNetworkingConfigRequest()));
  const bool multiplex = networking.spec().proxylistenermode() == types::ProxyListenerMode::Multiplex;
  if (!multiplex && given.proxy.empty()) {
    return FailWithHint(ErrorKind::kUsage, "the cluster has a separate port for Kubernetes",
                        "give the address of that port: --proxy=HOST:PORT");
  }

  ASSIGN_OR_RETURN(const HostPort proxy, ProxyOf(rpc, given.proxy));
  entry.server = "https://" + FormatHostPort(proxy);
  if (multiplex) entry.tls_server_name = KubeTlsServerName(proxy.host);
  return {};
}

// Checks the lifetime. A certificate with less than the requested lifetime would expire unexpectedly, so that is an
// error; when the default lifetime was cut, a notice says so.
Status CheckLifetime(const AuthSign& given, const std::string& certificate_pem, Time wanted, Nanoseconds ttl,
                     std::vector<std::string>& notices) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(certificate_pem));
  if (wanted - certificate.not_after() <= kTolerance) return {};
  const auto granted = std::chrono::round<std::chrono::seconds>(certificate.not_after() - Now());
  if (given.ttl.empty()) {
    notices.push_back(
        fmt::format("the certificates are valid for {}, which is the longest time that your session and the roles "
                    "allow, not for {}",
                    FormatDuration(granted), FormatDuration(ttl)));
    return {};
  }
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("no file is written: the lifetime of {} is longer than the allowed {}",
                                  FormatDuration(ttl), FormatDuration(granted)),
                      fmt::format("ask for a shorter lifetime: --ttl={}", FormatDuration(granted)));
}

Result<proto::Certs> RequestCerts(RpcClient& rpc, const AuthSign& given, const Cluster& cluster, const KubeEntry& kube,
                                  Time expires) {
  proto::UserCertsRequest request;
  request.set_username(given.user);
  request.set_sshpublickey(cluster.keys.ssh.public_key().ToAuthorizedKey() + "\n");
  request.set_tlspublickey(cluster.keys.tls.public_key().ToPem());
  *request.mutable_expires() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(expires.time_since_epoch().count());
  request.set_format(given.compat);
  request.set_routetocluster(kube.teleport_cluster);
  request.set_kubernetescluster(kube.kube_cluster);
  return rpc.Call<proto::Certs>("/proto.AuthService/GenerateUserCerts", request);
}

Status SignUser(RpcClient& rpc, const AuthSign& given, IdentityOutput& output, std::vector<std::string>& notices) {
  ASSIGN_OR_RETURN(const Nanoseconds ttl, SignTtlOf(given));
  ASSIGN_OR_RETURN(Cluster cluster, AskCluster(rpc));
  // The file has one key for both certificates, unless only SSH reads it.
  if (output.format != IdentityFormat::kOpenssh) cluster.keys.ssh = cluster.keys.tls;
  output.kube.teleport_cluster = cluster.name;
  output.kube.kube_cluster = given.kube_cluster_name;
  if (output.format == IdentityFormat::kKubernetes) {
    const std::string& leaf = given.leaf_cluster.empty() ? given.kube_cluster : given.leaf_cluster;
    if (!leaf.empty()) {
      RETURN_IF_ERROR(CheckLeaf(rpc, leaf));
      output.kube.teleport_cluster = leaf;
    }
    RETURN_IF_ERROR(AddKubeAddress(rpc, given, output.kube));
  }

  const Time expires = Now() + ttl;
  ASSIGN_OR_RETURN(const auto certs, RequestCerts(rpc, given, cluster, output.kube, expires));
  RETURN_IF_ERROR(CheckLifetime(given, certs.tls(), expires, ttl, notices));
  output.key_pem = output.format == IdentityFormat::kOpenssh ? cluster.keys.ssh.ToSshPem() : cluster.keys.tls.ToPem();
  output.ssh_certificate = certs.ssh();
  output.tls_certificate = certs.tls();
  ASSIGN_OR_RETURN(output.authorities, FetchHostAuthorities(rpc, cluster.name));
  return {};
}

Status SignHost(RpcClient& rpc, const AuthSign& given, IdentityOutput& output) {
  ASSIGN_OR_RETURN(const Cluster cluster, AskCluster(rpc));
  trustv1::GenerateHostCertRequest request;
  request.set_key(cluster.keys.ssh.public_key().ToAuthorizedKey() + "\n");
  for (const auto& name : SplitNonEmpty(given.host, ',')) request.add_principals(name);
  request.set_cluster_name(cluster.name);
  request.set_role("Node");
  if (!given.ttl.empty()) {
    ASSIGN_OR_RETURN(const Nanoseconds ttl, SignTtlOf(given));
    *request.mutable_ttl() = google::protobuf::util::TimeUtil::NanosecondsToDuration(ttl.count());
  }

  ASSIGN_OR_RETURN(const auto answer, rpc.Call<trustv1::GenerateHostCertResponse>(
                                          "/teleport.trust.v1.TrustService/GenerateHostCert", request));
  output.key_pem = cluster.keys.ssh.ToSshPem();
  output.ssh_certificate = answer.ssh_certificate();
  return {};
}

// Checks the options, before the first call to the cluster.
Status CheckOptions(const AuthSign& given, const IdentityOutput& output) {
  const bool host = !given.host.empty();
  if (output.path.empty()) return Fail(ErrorKind::kUsage, "the file to write is missing: --out=FILE");
  if (given.user.empty() != host) return Fail(ErrorKind::kUsage, "give --user or --host");
  if (host && output.format != IdentityFormat::kOpenssh) {
    return Fail(ErrorKind::kUsage, "--host needs --format=openssh");
  }
  return {};
}

// Refuses options that belong to a format other than the written one.
std::vector<std::string> Notices(const AuthSign& given, IdentityFormat format) {
  const std::pair<std::string_view, const std::string&> for_kubernetes[] = {
      {"proxy", given.proxy}, {"kube-cluster-name", given.kube_cluster_name}, {"leaf-cluster", given.leaf_cluster}};
  std::vector<std::string> notices;
  for (const auto& [option, value] : for_kubernetes) {
    if (format == IdentityFormat::kKubernetes || value.empty()) continue;
    notices.push_back(fmt::format("--{} has an effect only with --format=kubernetes", option));
  }
  return notices;
}

Result<Output> RunSign(const Invocation& invocation, const AuthSign& given) {
  IdentityOutput output;
  // --format selects the format of the files; other values select the format of the result.
  const std::string format = invocation.format();
  const bool plain = format == "text" || format == "json" || format == "yaml";
  ASSIGN_OR_RETURN(output.format, ParseIdentityFormat(plain ? "file" : format));
  output.path = given.out;
  output.overwrite = given.overwrite;
  RETURN_IF_ERROR(CheckOptions(given, output));

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  auto notices = Notices(given, output.format);
  RETURN_IF_ERROR(given.user.empty() ? SignHost(*rpc, given, output) : SignUser(*rpc, given, output, notices));
  ASSIGN_OR_RETURN(const auto files, WriteIdentityOutput(output));

  Output result = Output::Of(Value(Value::Map{{"files", Value::Strings(files)}}), [files](const Value&) {
    return fmt::format("The credentials have been written to {}\n", fmt::join(files, ", "));
  });
  result.notices = std::move(notices);
  return result;
}

}  // namespace

Command AuthSignCommand() {
  return {
      .path = "auth sign",
      .summary = "Write certificates of a user, or of a host, to files for other programs",
      .options =
          {{.name = "user", .value_name = "NAME", .help = "User of the certificates", .into = Into<&AuthSign::user>},
           {.name = "host",
            .value_name = "NAME,...",
            .help = "Names of a host, with --format=openssh",
            .into = Into<&AuthSign::host>},
           {.name = "out",
            .short_name = 'o',
            .value_name = "FILE",
            .help = "File to write; some formats write several files whose names begin with this name",
            .into = Into<&AuthSign::out>},
           {.name = "ttl",
            .value_name = "DURATION",
            .help = "Lifetime of the certificates (default 12h; for hosts: unlimited)",
            .into = Into<&AuthSign::ttl>},

           {.name = "compat",
            .value_name = "FORMAT",
            .help = "Form of the SSH certificate",
            .choices = "standard oldssh",
            .into = Into<&AuthSign::compat>},
           {.name = "overwrite", .help = "Replace existing files", .into = Into<&AuthSign::overwrite>},
           {.name = "proxy",
            .value_name = "HOST:PORT",
            .help = "Proxy that kubectl uses (default the proxy of the cluster)",
            .into = Into<&AuthSign::proxy>},
           {.name = "leaf-cluster",
            .value_name = "NAME",
            .help = "Leaf cluster that kubectl uses",
            .into = Into<&AuthSign::leaf_cluster>},
           {.name = "kube-cluster", .value_name = "NAME", .hidden = true, .into = Into<&AuthSign::kube_cluster>},
           {.name = "kube-cluster-name",
            .value_name = "NAME",
            .help = "Kubernetes cluster that kubectl uses",
            .into = Into<&AuthSign::kube_cluster_name>}},
      .example = "tctl auth sign --user=ci --out=identity --ttl=1h",
      .formats = "text json yaml file openssh tls kubernetes",
      .run = RunWith<RunSign>};
}

}  // namespace sallyport
