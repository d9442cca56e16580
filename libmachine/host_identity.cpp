#include "libmachine/host_identity.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libbase/config_secret.h"
#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/json.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libclient/rpc.h"
#include "libclient/web_client.h"
#include "libidentity/host_id.h"
#include "libidentity/host_proof.h"
#include "libidentity/keys.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/x509.h"
#include "sallyport/v1/host_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kRole = "Instance";

std::string PathIn(const std::string& data_dir) { return data_dir + "/agent_identity"; }

// A file of Teleport's, for people and their tools: the identity itself says the id.
std::string UuidPathIn(const std::string& data_dir) { return data_dir + "/host_uuid"; }

// The key serves both certificates.
types::RegisterUsingTokenRequest RequestOf(const JoinSettings& settings, const std::string& host_id,
                                           const PrivateKey& key) {
  types::RegisterUsingTokenRequest request;
  request.set_hostid(host_id);
  request.set_nodename(settings.node_name);
  request.set_role(std::string(kRole));
  request.set_token(settings.token);
  for (const auto& name : settings.principals) request.add_additionalprincipals(name);
  request.set_publictlskey(key.public_key().ToPem());
  request.set_publicsshkey(key.public_key().ToAuthorizedKey());
  return request;
}

RpcOptions OptionsOf(const JoinSettings& settings) {
  RpcOptions options;
  options.address = settings.address;
  options.through_proxy = settings.through_proxy;
  options.cluster = "joining";  // any name will do: what the address serves is one cluster
  options.program = "teleport";
  options.network = settings.network;
  return options;
}

// The authority of the cluster behind an address, when it is one of the pinned.
Result<std::string> PinnedAuthority(const JoinSettings& settings) {
  RpcOptions options = OptionsOf(settings);
  // The CA pin, not the connection, proves the cluster.
  options.unverified = true;
  ASSIGN_OR_RETURN(const auto rpc, RpcClient::Connect(options));
  ASSIGN_OR_RETURN(const auto answer, rpc->Call<proto::GetClusterCACertResponse>("/proto.AuthService/GetClusterCACert",
                                                                                 google::protobuf::Empty()));

  ASSIGN_OR_RETURN(const auto authorities, Certificate::ChainFromPem(answer.tlsca()));
  const bool pinned = !authorities.empty() && std::ranges::all_of(authorities, [&](const Certificate& authority) {
    return std::ranges::find(settings.ca_pins, authority.SpkiPin()) != settings.ca_pins.end();
  });
  if (pinned) return answer.tlsca();
  return FailWithHint(ErrorKind::kAccessDenied,
                      fmt::format("the cluster at {} is not the one of the CA pin", FormatHostPort(settings.address)),
                      "compare the pin with that of tctl status; the token was not sent");
}

Result<proto::Certs> JoinByPin(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request) {
  RpcOptions options = OptionsOf(settings);
  ASSIGN_OR_RETURN(options.authorities_pem, PinnedAuthority(settings));
  ASSIGN_OR_RETURN(const auto rpc, RpcClient::Connect(options));
  return rpc->Call<proto::Certs>("/proto.JoinService/RegisterUsingToken", request);
}

Result<std::string> Field(const Value& answer, std::string_view name) {
  const Value* value = answer.Find(name);
  return FromBase64(value == nullptr ? std::string() : value->as_string());
}

Result<proto::Certs> JoinByWeb(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request) {
  const Value body(Value::Map{{"hostID", request.hostid()},
                              {"node_name", request.nodename()},
                              {"role", request.role()},
                              {"token", request.token()},
                              {"additional_principals", Value::Strings({request.additionalprincipals().begin(),
                                                                        request.additionalprincipals().end()})},
                              {"dns_names", Value::EmptyList()},
                              {"public_tls_key", ToBase64(request.publictlskey())},
                              {"public_ssh_key", ToBase64(request.publicsshkey())}});

  ASSIGN_OR_RETURN(
      const Value answer,
      WebClient(settings.address, settings.network).Post("/v1/webapi/host/credentials", Secret(ToJson(body))));

  proto::Certs certs;
  ASSIGN_OR_RETURN(*certs.mutable_ssh(), Field(answer, "ssh"));
  ASSIGN_OR_RETURN(*certs.mutable_tls(), Field(answer, "tls"));
  const Value* authorities = answer.Find("tls_ca_certs");
  if (authorities == nullptr) return Fail(ErrorKind::kBadParameter, "the proxy's answer names no authority");
  for (const auto& authority : authorities->as_list()) {
    ASSIGN_OR_RETURN(*certs.add_tlscacerts(), FromBase64(authority.as_string()));
  }
  return certs;
}

Result<HostIdentity> Describe(IdentityFile credentials) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(credentials.tls_certificate));
  ASSIGN_OR_RETURN(const Identity identity, certificate.ToIdentity());
  return HostIdentity{HostIdOf(identity), identity.teleport_cluster, std::move(credentials)};
}

Result<bool> HasExpired(const HostIdentity& identity) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(identity.credentials.tls_certificate));
  return certificate.not_after() <= Now();
}

// Reads the token, which a file may hold, when it is needed: a host that has joined starts without it.
Result<JoinSettings> WithToken(JoinSettings settings, std::string_view state) {
  ASSIGN_OR_RETURN(settings.token, ConfigSecret(settings.token));
  if (!settings.token.empty()) return settings;
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("this host {}, and has no token to join", state),
                      "give it one: --token=TOKEN; tctl nodes add makes one on the cluster");
}

// `host_id` is what clusters that do not make ids themselves take for this host's.
Result<HostIdentity> Join(const JoinSettings& joining, const std::string& host_id) {
  ASSIGN_OR_RETURN(const JoinSettings settings, WithToken(joining, "has not joined a cluster"));
  if (!settings.through_proxy && settings.ca_pins.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "an auth service can only be trusted by its CA pin",
                        "add --ca-pin, which tctl status shows, or join by the proxy: --proxy=HOST:PORT");
  }

  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  const auto request = RequestOf(settings, host_id, key);
  auto certs = settings.ca_pins.empty() ? JoinByWeb(settings, request) : JoinByPin(settings, request);
  if (!certs) return std::unexpected(InContext("cannot join", std::move(certs).error()));

  ASSIGN_OR_RETURN(HostIdentity identity, KeepIdentity(settings.data_dir, "", key, *certs));
  Log(LogLevel::kInfo, "joined the cluster", {{"host", identity.host_id}});
  return identity;
}

// The cluster is known: its own authority is in the identity.
Result<proto::Certs> AskToRejoin(const JoinSettings& settings, const HostIdentity& expired, const PrivateKey& key) {
  v1::RejoinRequest request;
  *request.mutable_join() = RequestOf(settings, expired.host_id, key);
  request.set_certificate(expired.credentials.tls_certificate);
  ASSIGN_OR_RETURN(const PrivateKey old_key, ParsePrivateKeyPem(expired.credentials.private_key.Reveal()));
  ASSIGN_OR_RETURN(*request.mutable_proof(),
                   old_key.Sign(HostProofText(expired.cluster, expired.host_id, request.join().publictlskey(),
                                              request.join().publicsshkey())));

  RpcOptions options = OptionsOf(settings);
  options.cluster = expired.cluster;
  for (const auto& authority : expired.credentials.tls_authorities) options.authorities_pem += authority;
  ASSIGN_OR_RETURN(const auto rpc, RpcClient::Connect(options));
  return rpc->Call<proto::Certs>("/sallyport.v1.HostService/Rejoin", request);
}

}  // namespace

Result<HostIdentity> LoadOrJoin(const JoinSettings& settings) {
  RETURN_IF_ERROR(MakeDirectories(settings.data_dir, 0700));
  const std::string path = PathIn(settings.data_dir);
  if (!FileExists(path)) return Join(settings, RandomUuid());
  ASSIGN_OR_RETURN(IdentityFile stored, ReadIdentityFile(path));
  ASSIGN_OR_RETURN(HostIdentity identity, Describe(std::move(stored)));
  ASSIGN_OR_RETURN(const bool expired, HasExpired(identity));
  if (!expired) return identity;
  return Rejoin(settings, identity);
}

Result<HostIdentity> Rejoin(const JoinSettings& joining, const HostIdentity& expired) {
  ASSIGN_OR_RETURN(const JoinSettings settings,
                   WithToken(joining, "has been away for so long that its certificate has expired"));
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  auto certs = AskToRejoin(settings, expired, key);
  // A cluster from before that makes no ids takes this host's word for its own.
  if (!certs && certs.error().kind == ErrorKind::kNotImplemented) return Join(settings, expired.host_id);
  if (!certs) return std::unexpected(InContext("cannot join again", std::move(certs).error()));
  ASSIGN_OR_RETURN(HostIdentity identity, KeepIdentity(settings.data_dir, expired.host_id, key, *certs));
  Log(LogLevel::kInfo, "joined the cluster again", {{"host", identity.host_id}});
  return identity;
}

Result<HostIdentity> KeepIdentity(const std::string& data_dir, const std::string& host_id, const PrivateKey& key,
                                  const proto::Certs& certs) {
  IdentityFile credentials;
  credentials.private_key = key.ToPem();
  credentials.ssh_certificate = certs.ssh();
  credentials.tls_certificate = certs.tls();
  for (const auto& authority : certs.tlscacerts()) credentials.tls_authorities.push_back(authority);
  ASSIGN_OR_RETURN(const Certificate tls, Certificate::FromPem(certs.tls()));
  ASSIGN_OR_RETURN(const SshCertificate ssh, ParseSshCertificate(certs.ssh()));
  if (credentials.tls_authorities.empty() || tls.public_key() != key.public_key() ||
      ssh.public_key != key.public_key()) {
    return Fail(ErrorKind::kBadParameter, "the cluster's answer is no identity of this host");
  }
  ASSIGN_OR_RETURN(HostIdentity identity, Describe(std::move(credentials)));
  if (!host_id.empty() && identity.host_id != host_id) {
    return Fail(ErrorKind::kBadParameter, "the cluster's answer is the identity of another host");
  }
  RETURN_IF_ERROR(WriteIdentityFile(PathIn(data_dir), identity.credentials));
  RETURN_IF_ERROR(WritePrivateFile(UuidPathIn(data_dir), identity.host_id));
  return identity;
}

}  // namespace sallyport
