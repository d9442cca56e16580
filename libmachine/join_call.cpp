#include "libmachine/join_call.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libclient/rpc.h"
#include "libclient/web_client.h"
#include "libidentity/x509.h"
#include "sallyport/v1/host_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

RpcOptions OptionsOf(const JoinSettings& settings) {
  RpcOptions options;
  options.address = settings.address;
  options.through_proxy = settings.through_proxy;
  options.cluster = "joining";  // any name works at an auth service, which serves one cluster
  options.program = settings.program;
  options.network = settings.network;
  return options;
}

// Returns the name of the cluster behind a proxy, which leads only connections with the right name to the auth service.
// The CA pin proves the cluster, whatever the name.
Result<std::string> ClusterBehind(const JoinSettings& settings) {
  NetworkSettings unverified = settings.network;
  unverified.insecure = true;
  ASSIGN_OR_RETURN(const PingAnswer answer, WebClient(settings.address, unverified).Find());
  return answer.cluster_name;
}

Status CheckPins(const JoinSettings& settings, const std::vector<Certificate>& authorities) {
  if (settings.ca_pins.empty() && settings.network.insecure) return {};
  const bool pinned = !authorities.empty() && std::ranges::all_of(authorities, [&](const Certificate& authority) {
    return std::ranges::find(settings.ca_pins, authority.SpkiPin()) != settings.ca_pins.end();
  });
  if (pinned) return {};
  return FailWithHint(ErrorKind::kAccessDenied,
                      fmt::format("the certificate authorities of the cluster at {} do not match the CA pin",
                                  FormatHostPort(settings.address)),
                      "compare the CA pin with the output of tctl status; the token was not sent");
}

// Connects to a cluster whose authority is known or matches a pin. The connection that asks for the authority is used
// further when its server has a certificate of that authority.
Result<std::unique_ptr<RpcClient>> ConnectTrusted(const JoinSettings& settings) {
  RpcOptions options = OptionsOf(settings);
  if (settings.through_proxy) {
    ASSIGN_OR_RETURN(options.cluster, ClusterBehind(settings));
  }
  if (!settings.authorities_pem.empty()) {
    options.authorities_pem = settings.authorities_pem;
    return RpcClient::Connect(options);
  }

  options.unverified = true;
  ASSIGN_OR_RETURN(auto rpc, RpcClient::Connect(options));
  ASSIGN_OR_RETURN(const auto answer, rpc->Call<proto::GetClusterCACertResponse>("/proto.AuthService/GetClusterCACert",
                                                                                 google::protobuf::Empty()));
  ASSIGN_OR_RETURN(const auto authorities, Certificate::ChainFromPem(answer.tlsca()));
  RETURN_IF_ERROR(CheckPins(settings, authorities));
  RETURN_IF_ERROR(rpc->Trust(authorities));
  return rpc;
}

Result<proto::Certs> JoinByGrpc(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectTrusted(settings));
  return rpc->Call<proto::Certs>("/proto.JoinService/RegisterUsingToken", request);
}

Result<std::string> Field(const Value& answer, std::string_view name) {
  const Value* value = answer.Find(name);
  return FromBase64(value == nullptr ? std::string() : value->as_string());
}

// Returns the JSON of a request; omits the proofs of other methods when empty.
Value WebRequest(const types::RegisterUsingTokenRequest& request) {
  Value body(Value::Map{{"hostID", request.hostid()},
                        {"node_name", request.nodename()},
                        {"role", request.role()},
                        {"token", request.token()},
                        {"additional_principals", Value::Strings({request.additionalprincipals().begin(),
                                                                  request.additionalprincipals().end()})},
                        {"dns_names", Value::EmptyList()},
                        {"public_tls_key", ToBase64(request.publictlskey())},
                        {"public_ssh_key", ToBase64(request.publicsshkey())}});
  if (!request.idtoken().empty()) body.Set("id_token", request.idtoken());
  if (request.has_expires()) {
    body.Set("expires", FormatTimestamp({request.expires().seconds(), request.expires().nanos()}));
  }
  return body;
}

Result<proto::Certs> JoinByWeb(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request) {
  ASSIGN_OR_RETURN(const Value answer, WebClient(settings.address, settings.network)
                                           .Post("/v1/webapi/host/credentials", Secret(ToJson(WebRequest(request)))));

  proto::Certs certs;
  ASSIGN_OR_RETURN(*certs.mutable_ssh(), Field(answer, "ssh"));
  ASSIGN_OR_RETURN(*certs.mutable_tls(), Field(answer, "tls"));
  const Value* authorities = answer.Find("tls_ca_certs");
  if (authorities == nullptr) return Fail(ErrorKind::kBadParameter, "the proxy's answer has no certificate authority");
  for (const auto& authority : authorities->as_list()) {
    ASSIGN_OR_RETURN(*certs.add_tlscacerts(), FromBase64(authority.as_string()));
  }
  if (const Value* keys = answer.Find("ssh_ca_certs")) {
    for (const auto& key : keys->as_list()) {
      ASSIGN_OR_RETURN(*certs.add_sshcacerts(), FromBase64(key.as_string()));
    }
  }
  return certs;
}

}  // namespace

Status CheckTrust(const JoinSettings& settings) {
  const bool is_known = !settings.ca_pins.empty() || !settings.authorities_pem.empty();
  if (settings.through_proxy || is_known || settings.network.insecure) return {};
  return FailWithHint(ErrorKind::kBadParameter, "an auth service can only be trusted by its CA pin",
                      "add --ca-pin, which tctl status shows, or join by the proxy: --proxy=HOST:PORT");
}

Result<proto::Certs> AskToJoin(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request) {
  RETURN_IF_ERROR(CheckTrust(settings));
  const bool by_web = settings.through_proxy && settings.ca_pins.empty();
  return by_web ? JoinByWeb(settings, request) : JoinByGrpc(settings, request);
}

Result<proto::Certs> AskToRejoin(const JoinSettings& settings, const std::string& cluster,
                                 const std::vector<std::string>& authorities, const v1::RejoinRequest& request) {
  RpcOptions options = OptionsOf(settings);
  options.cluster = cluster;
  for (const auto& authority : authorities) options.authorities_pem += authority;
  ASSIGN_OR_RETURN(const auto rpc, RpcClient::Connect(options));
  return rpc->Call<proto::Certs>("/sallyport.v1.HostService/Rejoin", request);
}

}  // namespace sallyport
