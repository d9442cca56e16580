// Tests of the method table: checks of access before handlers, conflicts, references between resources, certificates.
#include <google/protobuf/empty.pb.h>

#include "libidentity/x509.h"
#include "libresources/kinds.h"
#include "teleport/clusterconfig/v1/clusterconfig_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"
#include "teleport/users/v1/users_service.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

namespace usersv1 = teleport::users::v1;
namespace trustv1 = teleport::trust::v1;
namespace configv1 = teleport::clusterconfig::v1;
using google::protobuf::Empty;

TEST_CASE("every method has an access rule, and nobody passes any but the open ones") {
  AuthFixture fixture;
  const Caller nobody;
  int open = 0;
  for (const auto& [path, method] : fixture.table().methods()) {
    CAPTURE(path);
    if (method.access.who == RpcAccess::Who::kRule) {
      CHECK_FALSE(method.access.kind.empty());
      CHECK_FALSE(method.access.verbs.empty());
    }
    const RpcCall call{nobody, path, "", ""};
    if (AuthServer::Authorize(method, call)) ++open;
  }
  CHECK(open == 4);  // Ping, GetClusterCACert, and RegisterUsingToken and Rejoin, which need a token
}

TEST_CASE("a user without rules is denied by name of verb and kind; an editor is not") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  fixture.Store("kind: user\nversion: v2\nmetadata: {name: eve}\nspec: {roles: [editor]}\n");
  const auto denied = fixture.Call<proto::ListRolesResponse>(UserCaller(fixture, "alice"),
                                                             "/proto.AuthService/ListRoles", proto::ListRolesRequest());
  REQUIRE_FALSE(denied);
  CHECK(denied.error().kind == ErrorKind::kAccessDenied);
  CHECK(denied.error().message == "access denied to perform action \"list\" on \"role\"");
  CHECK(fixture.Call<proto::ListRolesResponse>(UserCaller(fixture, "eve"), "/proto.AuthService/ListRoles",
                                               proto::ListRolesRequest()));
  // Users may read their own roles without a rule.
  proto::GetRoleRequest own;
  own.set_name("member");
  CHECK(fixture.Call<types::RoleV6>(UserCaller(fixture, "alice"), "/proto.AuthService/GetRole", own));
}

TEST_CASE("lists come in pages that join without gap or repeat") {
  AuthFixture fixture;
  proto::ListRolesRequest request;
  request.set_limit(3);
  std::vector<std::string> names;
  do {
    const auto page =
        fixture.Call<proto::ListRolesResponse>(fixture.admin(), "/proto.AuthService/ListRoles", request).value();
    CHECK(page.roles_size() <= 3);
    for (const auto& role : page.roles()) names.push_back(role.metadata().name());
    request.set_startkey(page.nextkey());
  } while (!request.startkey().empty());
  CHECK(names.size() == 8);  // the presets
  CHECK(std::ranges::is_sorted(names));
}

TEST_CASE("a stale update is a conflict, and a role in use stays") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  proto::GetRoleRequest get;
  get.set_name("member");
  proto::UpdateRoleRequest update;
  *update.mutable_role() = fixture.Call<types::RoleV6>(fixture.admin(), "/proto.AuthService/GetRole", get).value();
  CHECK(fixture.Call<types::RoleV6>(fixture.admin(), "/proto.AuthService/UpdateRole", update));
  const auto stale = fixture.Call<types::RoleV6>(fixture.admin(), "/proto.AuthService/UpdateRole", update);
  CHECK(stale.error().kind == ErrorKind::kCompareFailed);

  proto::DeleteRoleRequest remove;
  remove.set_name("member");
  const auto in_use = fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/DeleteRole", remove);
  CHECK(in_use.error().message.find("still in use by a user") != std::string::npos);
  usersv1::DeleteUserRequest remove_user;
  remove_user.set_name("alice");
  CHECK(fixture.Call<Empty>(fixture.admin(), "/teleport.users.v1.UsersService/DeleteUser", remove_user));
  CHECK(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/DeleteRole", remove));
  CHECK(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/DeleteRole", remove).error().kind ==
        ErrorKind::kNotFound);
  CHECK(fixture.Events("role.deleted") == 1);
  CHECK(fixture.Events("user.delete") == 1);
}

TEST_CASE("a user needs roles that exist, and is not created twice") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  usersv1::CreateUserRequest request;
  *request.mutable_user() = NewResource(*FindKind("user")).as<types::UserV2>();
  request.mutable_user()->mutable_metadata()->set_name("bob");
  request.mutable_user()->mutable_spec()->add_roles("nosuch");
  const std::string path = "/teleport.users.v1.UsersService/CreateUser";
  CHECK(fixture.Call<usersv1::CreateUserResponse>(fixture.admin(), path, request).error().kind == ErrorKind::kNotFound);
  request.mutable_user()->mutable_spec()->set_roles(0, "member");
  const auto created = fixture.Call<usersv1::CreateUserResponse>(fixture.admin(), path, request).value();
  CHECK(created.user().spec().createdby().user().name() == "host.ex.com");
  CHECK(fixture.Call<usersv1::CreateUserResponse>(fixture.admin(), path, request).error().kind ==
        ErrorKind::kAlreadyExists);
  CHECK(fixture.Events("user.create") == 1);
}

TEST_CASE("private keys of authorities are for those who may read them") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  trustv1::GetCertAuthoritiesRequest request;
  const std::string path = "/teleport.trust.v1.TrustService/GetCertAuthorities";
  for (const auto type : Authorities::Types()) {
    request.set_type(std::string(type));
    request.set_include_key(false);
    const auto plain =
        fixture.Call<trustv1::GetCertAuthoritiesResponse>(UserCaller(fixture, "alice"), path, request).value();
    const auto& keys = plain.cert_authorities_v2(0).spec().activekeys();
    for (const auto& pair : keys.tls()) CHECK(pair.key().empty());
    for (const auto& pair : keys.ssh()) CHECK(pair.privatekey().empty());
    for (const auto& pair : keys.jwt()) CHECK(pair.privatekey().empty());
    request.set_include_key(true);
    CHECK_FALSE(fixture.Call<trustv1::GetCertAuthoritiesResponse>(UserCaller(fixture, "alice"), path, request));
    CHECK(fixture.Call<trustv1::GetCertAuthoritiesResponse>(fixture.admin(), path, request));
  }
}

proto::UserCertsRequest CertsRequest(const std::string& user, Time expires) {
  proto::UserCertsRequest request;
  request.set_username(user);
  *request.mutable_expires() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(expires.time_since_epoch().count());
  request.set_tlspublickey(GeneratePrivateKey(KeyAlgorithm::kEcdsaP256)->public_key().ToPem());
  return request;
}

TEST_CASE("a renewal never outlives the login, and only for oneself") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  fixture.Store("kind: user\nversion: v2\nmetadata: {name: bob}\nspec: {roles: [member]}\n");
  const std::string path = "/proto.AuthService/GenerateUserCerts";
  Caller alice = UserCaller(fixture, "alice");
  const auto certs = fixture.Call<proto::Certs>(alice, path, CertsRequest("alice", Now() + std::chrono::hours(99)));
  const auto leaf = Certificate::FromPem(certs.value().tls()).value();
  CHECK(leaf.not_after() <= alice.identity.expires);
  CHECK(leaf.not_after() > alice.identity.expires - std::chrono::minutes(1));
  CHECK(leaf.ToIdentity()->principals == std::vector<std::string>{"root", "-teleport-internal-join"});
  CHECK(certs->ssh().empty());

  CHECK(fixture.Call<proto::Certs>(alice, path, CertsRequest("bob", Now() + std::chrono::hours(1))).error().kind ==
        ErrorKind::kAccessDenied);
  alice.identity.expires = Now() - std::chrono::seconds(1);
  CHECK(fixture.Call<proto::Certs>(alice, path, CertsRequest("alice", Now() + std::chrono::hours(1))).error().message ==
        kCredentialsExpired);
}

TEST_CASE("certificates for Kubernetes name a cluster that is there") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  auto request = CertsRequest("alice", Now() + std::chrono::hours(1));
  request.set_usage(proto::UserCertsRequest::Kubernetes);
  const std::string path = "/proto.AuthService/GenerateUserCerts";
  CHECK(fixture.Call<proto::Certs>(UserCaller(fixture, "alice"), path, request).error().kind ==
        ErrorKind::kBadParameter);
  request.set_kubernetescluster("nosuch");
  const auto unknown = fixture.Call<proto::Certs>(UserCaller(fixture, "alice"), path, request);
  CHECK(unknown.error().message.find("\"nosuch\" is not registered") != std::string::npos);
}

TEST_CASE("a Kubernetes cluster is updated at the revision that was read, or whatever it is when none is said") {
  AuthFixture fixture;
  auto cluster = NewResource(*FindKind("kube_cluster")).as<types::KubernetesClusterV3>();
  cluster.mutable_metadata()->set_name("dev");
  const std::string update = "/proto.AuthService/UpdateKubernetesCluster";
  CHECK(fixture.Call<Empty>(fixture.admin(), update, cluster).error().kind == ErrorKind::kNotFound);
  CHECK(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/CreateKubernetesCluster", cluster));
  const auto read = GetResource<types::KubernetesClusterV3>(fixture.auth().backend(), "dev").value();
  CHECK(fixture.Call<Empty>(fixture.admin(), update, read));
  CHECK(fixture.Call<Empty>(fixture.admin(), update, read).error().kind == ErrorKind::kCompareFailed);
  CHECK(fixture.Call<Empty>(fixture.admin(), update, cluster));
}

TEST_CASE("a host certificate needs a right that may look at its names, and is never one of a service") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  fixture.Store(R"(
kind: role
version: v7
metadata: {name: hosts}
spec:
  allow:
    rules:
    - {resources: [host_cert], verbs: [create]}
  deny:
    rules:
    - {resources: [host_cert], verbs: [create], where: 'contains(host_cert.principals, "secret.ex.com")'}
---
kind: user
version: v2
metadata: {name: hosty}
spec: {roles: [hosts]}
)");
  const std::string path = "/teleport.trust.v1.TrustService/GenerateHostCert";
  trustv1::GenerateHostCertRequest request;
  request.set_key(GeneratePrivateKey(KeyAlgorithm::kEd25519)->public_key().ToAuthorizedKey());
  request.set_cluster_name("ex.com");
  request.set_role("Node");
  request.add_principals("a.ex.com");
  const auto made =
      fixture.Call<trustv1::GenerateHostCertResponse>(UserCaller(fixture, "hosty"), path, request).value();
  CHECK(made.ssh_certificate().starts_with("ssh-ed25519-cert-v01@openssh.com "));
  CHECK(fixture.Events("cert.create") == 1);
  const auto refused = [&](const Caller& caller, const trustv1::GenerateHostCertRequest& asked) {
    return fixture.Call<trustv1::GenerateHostCertResponse>(caller, path, asked).error().kind;
  };
  CHECK(refused(UserCaller(fixture, "alice"), request) == ErrorKind::kAccessDenied);
  auto secret = request;
  secret.add_principals("secret.ex.com");
  CHECK(refused(UserCaller(fixture, "hosty"), secret) == ErrorKind::kAccessDenied);
  for (const char* role : {"Auth", "Admin", "Proxy", ""}) {
    auto other = request;
    other.set_role(role);
    CHECK(refused(fixture.admin(), other) == ErrorKind::kBadParameter);
  }
  request.set_cluster_name("other.com");
  CHECK(refused(fixture.admin(), request) == ErrorKind::kBadParameter);
  CHECK(fixture.Events("cert.create") == 1);
}

TEST_CASE("a setting that is reset is what the cluster began with") {
  AuthFixture fixture;
  const auto networking =
      fixture
          .Call<types::ClusterNetworkingConfigV2>(
              fixture.admin(), "/teleport.clusterconfig.v1.ClusterConfigService/ResetClusterNetworkingConfig",
              configv1::ResetClusterNetworkingConfigRequest())
          .value();
  CHECK(networking.spec().proxylistenermode() == types::Multiplex);
  const auto preference =
      fixture
          .Call<types::AuthPreferenceV2>(fixture.admin(),
                                         "/teleport.clusterconfig.v1.ClusterConfigService/ResetAuthPreference",
                                         configv1::ResetAuthPreferenceRequest())
          .value();
  CHECK(preference.spec().signature_algorithm_suite() == types::SIGNATURE_ALGORITHM_SUITE_BALANCED_V1);
}

TEST_CASE("the link of a user is removed as a token") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  proto::CreateResetPasswordTokenRequest request;
  request.set_name("alice");
  const auto link =
      fixture.Call<types::UserTokenV3>(fixture.admin(), "/proto.AuthService/CreateResetPasswordToken", request).value();
  types::ResourceRequest remove;
  remove.set_name(link.metadata().name());
  CHECK(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/DeleteToken", remove));
  CHECK(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/DeleteToken", remove).error().kind ==
        ErrorKind::kNotFound);
}

TEST_CASE("a list is narrowed by labels, words and query, of what the caller may see") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  BackendTransaction transaction;
  for (const auto& [name, env] : {std::pair{"blue", "dev"}, std::pair{"green", "prod"}}) {
    types::KubernetesServerV3 server = NewResource(*FindKind("kube_server")).as<types::KubernetesServerV3>();
    server.mutable_metadata()->set_name(name);
    server.mutable_spec()->set_hostid("h");
    server.mutable_spec()->mutable_cluster()->mutable_metadata()->set_name(name);
    (*server.mutable_spec()->mutable_cluster()->mutable_metadata()->mutable_labels())["env"] = env;
    WriteResource(transaction, "kube_server/h", server, WriteMode::kUpsert);
  }
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
  const Caller alice = UserCaller(fixture, "alice");
  const auto names = [&](const proto::ListResourcesRequest& asked) {
    proto::ListResourcesRequest request = asked;
    request.set_resourcetype("kube_server");
    const auto answer =
        fixture.Call<proto::ListResourcesResponse>(alice, "/proto.AuthService/ListResources", request).value();
    std::vector<std::string> found;
    for (const auto& item : answer.resources()) found.push_back(item.kubernetesserver().metadata().name());
    return found;
  };
  using Names = std::vector<std::string>;
  proto::ListResourcesRequest request;
  CHECK(names(request) == Names{"blue", "green"});
  request.add_searchkeywords("PROD");
  CHECK(names(request) == Names{"green"});
  request.clear_searchkeywords();
  request.set_predicateexpression(R"(labels["env"] == "dev" && name == "blue")");
  CHECK(names(request) == Names{"blue"});
  request.clear_predicateexpression();
  (*request.mutable_labels())["env"] = "dev";
  CHECK(names(request) == Names{"blue"});
}

}  // namespace
}  // namespace sallyport
