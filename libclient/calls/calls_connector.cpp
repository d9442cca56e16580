// Connectors to identity providers: three kinds with the same methods.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/pages.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/connector.pb.h"

namespace sallyport {
namespace {

struct Github {
  using Connector = types::GithubConnectorV3;
  using ListRequest = proto::ListGithubConnectorsRequest;
  using ListResponse = proto::ListGithubConnectorsResponse;
  using Create = proto::CreateGithubConnectorRequest;
  using Update = proto::UpdateGithubConnectorRequest;
  using Upsert = proto::UpsertGithubConnectorRequest;
  static constexpr std::string_view kMethod = "Github";
};
struct Oidc {
  using Connector = types::OIDCConnectorV3;
  using ListRequest = proto::ListOIDCConnectorsRequest;
  using ListResponse = proto::ListOIDCConnectorsResponse;
  using Create = proto::CreateOIDCConnectorRequest;
  using Update = proto::UpdateOIDCConnectorRequest;
  using Upsert = proto::UpsertOIDCConnectorRequest;
  static constexpr std::string_view kMethod = "OIDC";
};
struct Saml {
  using Connector = types::SAMLConnectorV2;
  using ListRequest = proto::ListSAMLConnectorsRequest;
  using ListResponse = proto::ListSAMLConnectorsResponse;
  using Create = proto::CreateSAMLConnectorRequest;
  using Update = proto::UpdateSAMLConnectorRequest;
  using Upsert = proto::UpsertSAMLConnectorRequest;
  static constexpr std::string_view kMethod = "SAML";
};

template <typename Kind>
std::string Path(std::string_view verb, std::string_view end = "") {
  return fmt::format("/proto.AuthService/{}{}Connector{}", verb, Kind::kMethod, end);
}

template <typename Kind>
Status ListConnectors(RpcClient& rpc, bool with_secrets, const MessageSink& sink) {
  typename Kind::ListRequest request;
  request.set_with_secrets(with_secrets);
  const auto show = [&](const typename Kind::ListResponse& page) { return SinkAll(page.connectors(), sink); };
  return EachPage<typename Kind::ListResponse>(rpc, Path<Kind>("List", "s"), request, show);
}

template <typename Kind>
Result<typename Kind::Connector> ReadConnector(RpcClient& rpc, const std::string& name, bool with_secrets) {
  types::ResourceWithSecretsRequest request;
  request.set_name(name);
  request.set_withsecrets(with_secrets);
  return rpc.Call<typename Kind::Connector>(Path<Kind>("Get"), request);
}

template <typename Kind>
Status GetConnector(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto connector, ReadConnector<Kind>(rpc, name, with_secrets));
  return sink(connector);
}

template <typename Kind, typename Request>
Status SendConnector(RpcClient& rpc, const std::string& path, const Resource& resource) {
  Request request;
  *request.mutable_connector() = resource.as<typename Kind::Connector>();
  RETURN_IF_ERROR(rpc.Call<typename Kind::Connector>(path, request));
  return {};
}

template <typename Kind>
Status PutConnector(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored == nullptr) return SendConnector<Kind, typename Kind::Create>(rpc, Path<Kind>("Create"), resource);
  return SendConnector<Kind, typename Kind::Upsert>(rpc, Path<Kind>("Upsert", "V2"), resource);
}

template <typename Kind>
Status UpdateConnector(RpcClient& rpc, const Resource& resource) {
  return SendConnector<Kind, typename Kind::Update>(rpc, Path<Kind>("Update"), resource);
}

template <typename Kind>
Status RemoveConnector(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<google::protobuf::Empty>(Path<Kind>("Delete"), ByName(name)));
  return {};
}

template <typename Kind>
constexpr KindCalls ConnectorRow(std::string_view kind) {
  return {
      kind, ListConnectors<Kind>, GetConnector<Kind>, PutConnector<Kind>, UpdateConnector<Kind>, RemoveConnector<Kind>,
      true};
}

}  // namespace

constinit const KindCalls kGithubCalls = ConnectorRow<Github>("github");
constinit const KindCalls kOidcCalls = ConnectorRow<Oidc>("oidc");
constinit const KindCalls kSamlCalls = ConnectorRow<Saml>("saml");

}  // namespace sallyport
