// Methods for the connectors of external identity providers: three kinds with the same six methods each. Reading their
// secrets needs the right to read, not only to read without secrets.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libidentity/x509.h"
#include "libresources/kinds.h"
#include "libresources/kinds/connector.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/connector.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::GithubConnectorV3;
using types::OIDCConnectorV3;
using types::SAMLConnectorV2;

constexpr std::string_view kGroup = "auth_connector";

struct Github {
  using Connector = GithubConnectorV3;
  using ListRequest = proto::ListGithubConnectorsRequest;
  using ListResponse = proto::ListGithubConnectorsResponse;
  using Create = proto::CreateGithubConnectorRequest;
  using Update = proto::UpdateGithubConnectorRequest;
  using Upsert = proto::UpsertGithubConnectorRequest;
  static constexpr std::string_view kMethod = "Github";
  static constexpr AuditType kCreated = audit::kGithubCreated;
  static constexpr AuditType kUpdated = audit::kGithubUpdated;
  static constexpr AuditType kDeleted = audit::kGithubDeleted;
};
struct Oidc {
  using Connector = OIDCConnectorV3;
  using ListRequest = proto::ListOIDCConnectorsRequest;
  using ListResponse = proto::ListOIDCConnectorsResponse;
  using Create = proto::CreateOIDCConnectorRequest;
  using Update = proto::UpdateOIDCConnectorRequest;
  using Upsert = proto::UpsertOIDCConnectorRequest;
  static constexpr std::string_view kMethod = "OIDC";
  static constexpr AuditType kCreated = audit::kOidcCreated;
  static constexpr AuditType kUpdated = audit::kOidcUpdated;
  static constexpr AuditType kDeleted = audit::kOidcDeleted;
};
struct Saml {
  using Connector = SAMLConnectorV2;
  using ListRequest = proto::ListSAMLConnectorsRequest;
  using ListResponse = proto::ListSAMLConnectorsResponse;
  using Create = proto::CreateSAMLConnectorRequest;
  using Update = proto::UpdateSAMLConnectorRequest;
  using Upsert = proto::UpsertSAMLConnectorRequest;
  static constexpr std::string_view kMethod = "SAML";
  static constexpr AuditType kCreated = audit::kSamlCreated;
  static constexpr AuditType kUpdated = audit::kSamlUpdated;
  static constexpr AuditType kDeleted = audit::kSamlDeleted;
};

Status CheckRoleExists(AuthServer& auth, std::string_view field, const std::string& role) {
  if (auth.backend().Get(ResourceKey("role", role))) return {};
  return Fail(ErrorKind::kBadParameter, "{}: role \"{}\" is not found", field, role);
}

// Checks that need the cluster's state: roles, and stored keys.
Status Complete(AuthServer& auth, GithubConnectorV3& connector) {
  for (const auto& team : connector.spec().teamstologins()) {
    if (!team.kubegroups().empty() || !team.kubeusers().empty()) {
      return FailWithHint(ErrorKind::kBadParameter,
                          "spec.teams_to_logins cannot give kubernetes_groups or kubernetes_users",
                          "set these fields in a role, and name the role in teams_to_roles");
    }
    for (const auto& role : team.logins()) RETURN_IF_ERROR(CheckRoleExists(auth, "spec.teams_to_logins", role));
  }
  return {};
}

Status Complete(AuthServer&, OIDCConnectorV3&) { return {}; }

Result<types::AsymmetricKeyPair> NewSigningPair(const std::string& cluster) {
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kRsa2048));
  ASSIGN_OR_RETURN(const Certificate certificate, MakeCertificateAuthority(cluster, key, Now()));
  types::AsymmetricKeyPair pair;
  pair.set_privatekey(key.ToPem().Reveal());
  pair.set_cert(certificate.ToPem());
  return pair;
}

// A connector that was read without secrets has a certificate without its key: keeps the stored key.
Status Complete(AuthServer& auth, SAMLConnectorV2& connector) {
  for (const auto& mapping : connector.spec().attributestoroles()) {
    for (const auto& role : mapping.roles()) {
      if (role.contains('$')) continue;  // a template, which the provider's values complete
      RETURN_IF_ERROR(CheckRoleExists(auth, "spec.attributes_to_roles", role));
    }
  }

  auto& spec = *connector.mutable_spec();
  if (spec.has_signingkeypair() && !spec.signingkeypair().privatekey().empty()) return {};
  const auto stored = GetResource<SAMLConnectorV2>(auth.backend(), connector.metadata().name());
  const bool known = stored && stored->spec().has_signingkeypair();
  if (spec.has_signingkeypair() && (!known || stored->spec().signingkeypair().cert() != spec.signingkeypair().cert())) {
    return FailWithHint(
        ErrorKind::kBadParameter,
        "spec.signing_key_pair has no private key, and the cluster has no private key for the certificate",
        "read the connector with --with-secrets, or leave signing_key_pair out");
  }

  if (known) {
    *spec.mutable_signingkeypair() = stored->spec().signingkeypair();
    return {};
  }
  ASSIGN_OR_RETURN(*spec.mutable_signingkeypair(), NewSigningPair(auth.cluster_name()));
  return {};
}

template <typename Kind>
Status Write(AuthServer& auth, const RpcCall& call, const typename Kind::Connector& requested, WriteMode mode,
             typename Kind::Connector& answer) {
  answer = requested;
  RETURN_IF_ERROR(CheckResource(answer));
  RETURN_IF_ERROR(Complete(auth, answer));
  // As in the reference, a write without a revision creates.
  const AuditType& type = mode == WriteMode::kUpdate ? Kind::kUpdated : Kind::kCreated;
  RETURN_IF_ERROR(auth.Write(call.caller, type, answer, mode));
  RemoveSecrets(answer);
  return {};
}

Status CheckMayReadSecrets(const Caller& caller, std::string_view kind) {
  if (AuthServer::CheckRule(caller, kGroup, "read")) return {};
  return AuthServer::CheckRule(caller, kind, "read");
}

template <typename Kind>
Status Get(AuthServer& auth, const RpcCall& call, const types::ResourceWithSecretsRequest& request,
           typename Kind::Connector& answer) {
  if (request.withsecrets()) RETURN_IF_ERROR(CheckMayReadSecrets(call.caller, KindOf<typename Kind::Connector>().kind));
  ASSIGN_OR_RETURN(answer, GetResource<typename Kind::Connector>(auth.backend(), request.name()));
  if (!request.withsecrets()) RemoveSecrets(answer);
  return {};
}

template <typename Kind>
Status List(AuthServer& auth, const RpcCall& call, const typename Kind::ListRequest& request,
            typename Kind::ListResponse& answer) {
  if (request.with_secrets())
    RETURN_IF_ERROR(CheckMayReadSecrets(call.caller, KindOf<typename Kind::Connector>().kind));
  ASSIGN_OR_RETURN(auto page,
                   ListPage<typename Kind::Connector>(auth.backend(), request.page_token(), request.page_size()));
  for (auto& connector : page.first) {
    if (!request.with_secrets()) RemoveSecrets(connector);
    *answer.add_connectors() = std::move(connector);
  }
  answer.set_next_page_token(page.second);
  return {};
}

template <typename Kind, typename Request>
void AddWrite(RpcTable& table, AuthServer& auth, std::string path, std::vector<std::string_view> verbs,
              WriteMode mode) {
  using Connector = typename Kind::Connector;
  table.Add({std::move(path), RpcAccess::Rule(KindOf<typename Kind::Connector>().kind, std::move(verbs)).Or(kGroup),
             kRehearsable},
            [&auth, mode](const RpcCall& call, const Request& request, Connector& answer) {
              return Write<Kind>(auth, call, request.connector(), mode, answer);
            });
}

template <typename Kind>
void AddKind(RpcTable& table, AuthServer& auth) {
  using Connector = typename Kind::Connector;
  const auto path = [](std::string_view verb, std::string_view end) {
    return fmt::format("/proto.AuthService/{}{}Connector{}", verb, Kind::kMethod, end);
  };
  const auto rule = [](std::vector<std::string_view> verbs) {
    return RpcAccess::Rule(KindOf<typename Kind::Connector>().kind, std::move(verbs)).Or(kGroup);
  };
  table.Add({path("Get", ""), rule({"readnosecrets"}), kRehearsable},
            [&auth](const RpcCall& call, const types::ResourceWithSecretsRequest& request, Connector& answer) {
              return Get<Kind>(auth, call, request, answer);
            });

  table.Add({path("List", "s"), rule({"list", "readnosecrets"}), kRehearsable},
            [&auth](const RpcCall& call, const typename Kind::ListRequest& request,
                    typename Kind::ListResponse& answer) { return List<Kind>(auth, call, request, answer); });
  AddWrite<Kind, typename Kind::Create>(table, auth, path("Create", ""), {"create"}, WriteMode::kCreate);
  AddWrite<Kind, typename Kind::Update>(table, auth, path("Update", ""), {"update"}, WriteMode::kUpdate);
  AddWrite<Kind, typename Kind::Upsert>(table, auth, path("Upsert", "V2"), {"create", "update"}, WriteMode::kUpsert);

  table.Add({path("Delete", ""), rule({"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
              return auth.Remove(call.caller, Kind::kDeleted, KindOf<typename Kind::Connector>().kind, request.name());
            });
}

}  // namespace

void AddConnectorMethods(RpcTable& table, AuthServer& auth) {
  AddKind<Github>(table, auth);
  AddKind<Oidc>(table, auth);
  AddKind<Saml>(table, auth);
}

}  // namespace sallyport
