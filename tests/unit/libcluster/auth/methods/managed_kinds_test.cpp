// Tests of connectors, bots, applications and databases through their methods: rights, secrets, related resources.
#include <google/protobuf/empty.pb.h>

#include "libresources/kinds/bot.h"
#include "libresources/kinds/metadata.h"
#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/connector.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "teleport/machineid/v1/bot_instance.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"
#include "teleport/workloadidentity/v1/resource_service.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

namespace discoveryv1 = teleport::discoveryconfig::v1;
namespace machineidv1 = teleport::machineid::v1;
using discoveryv1::DiscoveryConfig;
using google::protobuf::Empty;
using machineidv1::Bot;

constexpr const char* kLookersYaml = R"(
kind: role
version: v7
metadata: {name: looker}
spec: {allow: {rules: [{resources: [auth_connector], verbs: [list, readnosecrets]}]}}
---
kind: role
version: v7
metadata: {name: reader}
spec: {allow: {rules: [{resources: [github], verbs: [read]}]}}
---
kind: user
version: v2
metadata: {name: looker}
spec: {roles: [looker]}
---
kind: user
version: v2
metadata: {name: reader}
spec: {roles: [reader]}
)";

void StoreGithub(AuthFixture& fixture) {
  proto::CreateGithubConnectorRequest request;
  auto& connector = *request.mutable_connector();
  connector.mutable_metadata()->set_name("gh");
  connector.mutable_spec()->set_clientsecret("very secret");
  auto& team = *connector.mutable_spec()->add_teamstoroles();
  team.set_team("devs");
  team.add_roles("access");
  REQUIRE(fixture.Call<types::GithubConnectorV3>(fixture.admin(), "/proto.AuthService/CreateGithubConnector", request));
}

Result<types::GithubConnectorV3> GetGithub(AuthFixture& fixture, const Caller& caller, bool with_secrets) {
  types::ResourceWithSecretsRequest request;
  request.set_name("gh");
  request.set_withsecrets(with_secrets);
  return fixture.Call<types::GithubConnectorV3>(caller, "/proto.AuthService/GetGithubConnector", request);
}

TEST_CASE("secrets of connectors need the right to read; the group's rules count too") {
  AuthFixture fixture;
  fixture.Store(kLookersYaml);
  StoreGithub(fixture);
  CHECK(fixture.Events("github.created") == 1);
  const Caller looker = UserCaller(fixture, "looker");
  const Caller reader = UserCaller(fixture, "reader");
  CHECK(GetGithub(fixture, looker, false)->spec().clientsecret().empty());
  CHECK(GetGithub(fixture, looker, true).error().kind == ErrorKind::kAccessDenied);
  CHECK(GetGithub(fixture, reader, true)->spec().clientsecret() == "very secret");
  CHECK(GetGithub(fixture, reader, false)->spec().clientsecret().empty());
  proto::ListGithubConnectorsRequest list;
  const std::string path = "/proto.AuthService/ListGithubConnectors";
  CHECK(fixture.Call<proto::ListGithubConnectorsResponse>(looker, path, list)->connectors(0).spec().clientsecret() ==
        "");
  list.set_with_secrets(true);
  CHECK_FALSE(fixture.Call<proto::ListGithubConnectorsResponse>(looker, path, list));
  // The right to read is not the right to list.
  CHECK_FALSE(fixture.Call<proto::ListGithubConnectorsResponse>(reader, path, list));
}

TEST_CASE("a SAML connector has a signing key, and keeps it when it is written without") {
  AuthFixture fixture;
  proto::UpsertSAMLConnectorRequest request;
  auto& connector = *request.mutable_connector();
  connector.mutable_metadata()->set_name("idp");
  auto& spec = *connector.mutable_spec();
  spec.set_assertionconsumerservice("https://p/idp");
  spec.set_issuer("i");
  spec.set_sso("https://i");
  auto& mapping = *spec.add_attributestoroles();
  mapping.add_roles("access");
  const std::string path = "/proto.AuthService/UpsertSAMLConnectorV2";
  const auto first = fixture.Call<types::SAMLConnectorV2>(fixture.admin(), path, request);
  REQUIRE(first);
  CHECK(first->spec().signingkeypair().privatekey().empty());
  CHECK_FALSE(first->spec().signingkeypair().cert().empty());
  types::ResourceWithSecretsRequest get;
  get.set_name("idp");
  get.set_withsecrets(true);
  const auto read = [&] {
    return fixture.Call<types::SAMLConnectorV2>(fixture.admin(), "/proto.AuthService/GetSAMLConnector", get)
        ->spec()
        .signingkeypair()
        .privatekey();
  };
  const std::string key = read();
  CHECK(key.contains("PRIVATE KEY"));
  *request.mutable_connector() = *first;  // as a client read it, without the key
  REQUIRE(fixture.Call<types::SAMLConnectorV2>(fixture.admin(), path, request));
  CHECK(read() == key);
  request.mutable_connector()->mutable_spec()->mutable_signingkeypair()->set_cert("another");
  CHECK_FALSE(fixture.Call<types::SAMLConnectorV2>(fixture.admin(), path, request));
  *request.mutable_connector() = *first;
  request.mutable_connector()->mutable_spec()->mutable_attributestoroles(0)->add_roles("nosuch");
  CHECK(fixture.Call<types::SAMLConnectorV2>(fixture.admin(), path, request).error().kind == ErrorKind::kBadParameter);
}

Result<Bot> CreateBot(AuthFixture& fixture, const std::string& name) {
  machineidv1::CreateBotRequest request;
  request.mutable_bot()->mutable_metadata()->set_name(name);
  request.mutable_bot()->mutable_spec()->add_roles("access");
  return fixture.Call<Bot>(fixture.admin(), "/teleport.machineid.v1.BotService/CreateBot", request);
}

Status DeleteBot(AuthFixture& fixture, const std::string& name) {
  machineidv1::DeleteBotRequest request;
  request.set_bot_name(name);
  RETURN_IF_ERROR(fixture.Call<Empty>(fixture.admin(), "/teleport.machineid.v1.BotService/DeleteBot", request));
  return {};
}

TEST_CASE("a bot is a user and a role, made and removed as one") {
  AuthFixture fixture;
  Backend& backend = fixture.auth().backend();
  const auto bot = CreateBot(fixture, "my bot");
  REQUIRE(bot);
  CHECK(bot->status().user_name() == "bot-my-bot");
  const auto role = GetResource<types::RoleV6>(backend, "bot-my-bot");
  REQUIRE(role);
  CHECK(role->version() == "v8");
  CHECK(role->spec().allow().impersonate().roles(0) == "access");
  CHECK(role->spec().allow().rules(0).verbs(0) == "readnosecrets");
  CHECK(Nanoseconds(role->spec().options().maxsessionttl()) == std::chrono::hours(12));
  const auto user = GetResource<types::UserV2>(backend, "bot-my-bot");
  REQUIRE(user);
  CHECK(LabelsOf(*user)[std::string(kBotGenerationLabel)] == "0");
  CHECK(CreateBot(fixture, "my bot").error().kind == ErrorKind::kAlreadyExists);
  REQUIRE(DeleteBot(fixture, "my bot"));
  CHECK_FALSE(GetResource<types::RoleV6>(backend, "bot-my-bot"));
  CHECK_FALSE(GetResource<types::UserV2>(backend, "bot-my-bot"));
  CHECK(DeleteBot(fixture, "my bot").error().kind == ErrorKind::kNotFound);
  CHECK(fixture.Events("bot.create") == 1);
  CHECK(fixture.Events("bot.delete") == 1);
}

TEST_CASE("a role or user with the name of a bot's is not removed") {
  AuthFixture fixture;
  fixture.Store("kind: role\nversion: v7\nmetadata: {name: bot-people}\n");
  CHECK(DeleteBot(fixture, "people").error().kind == ErrorKind::kBadParameter);
  CHECK(CreateBot(fixture, "people").error().kind == ErrorKind::kAlreadyExists);
  CHECK(GetResource<types::RoleV6>(fixture.auth().backend(), "bot-people"));
  CHECK_FALSE(GetResource<types::UserV2>(fixture.auth().backend(), "bot-people"));
}

TEST_CASE("an update changes what its mask names, an upsert keeps the generation") {
  AuthFixture fixture;
  REQUIRE(CreateBot(fixture, "b"));
  machineidv1::UpdateBotRequest update;
  update.mutable_bot()->mutable_metadata()->set_name("b");
  update.mutable_bot()->mutable_spec()->add_roles("editor");
  update.mutable_bot()->mutable_spec()->mutable_max_session_ttl()->set_seconds(60);
  const std::string path = "/teleport.machineid.v1.BotService/UpdateBot";
  CHECK(fixture.Call<Bot>(fixture.admin(), path, update).error().kind == ErrorKind::kBadParameter);
  update.mutable_update_mask()->add_paths("spec.roles");
  const auto updated = fixture.Call<Bot>(fixture.admin(), path, update);
  REQUIRE(updated);
  CHECK(updated->spec().roles(0) == "editor");
  CHECK(updated->spec().max_session_ttl().seconds() == 12 * 3600);
  update.mutable_update_mask()->add_paths("status");
  CHECK_FALSE(fixture.Call<Bot>(fixture.admin(), path, update));

  auto user = GetResource<types::UserV2>(fixture.auth().backend(), "bot-b").value();
  SetLabel(user, std::string(kBotGenerationLabel), "7");
  BackendTransaction transaction;
  WriteResource(transaction, user, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
  machineidv1::UpsertBotRequest upsert;
  *upsert.mutable_bot() = *updated;
  REQUIRE(fixture.Call<Bot>(fixture.admin(), "/teleport.machineid.v1.BotService/UpsertBot", upsert));
  user = GetResource<types::UserV2>(fixture.auth().backend(), "bot-b").value();
  CHECK(LabelsOf(user)[std::string(kBotGenerationLabel)] == "7");
}

void StoreInstanceOf(AuthFixture& fixture, const std::string& bot, const std::string& id) {
  machineidv1::BotInstance instance;
  instance.mutable_metadata()->set_name(bot + "/" + id);
  instance.mutable_spec()->set_bot_name(bot);
  instance.mutable_spec()->set_instance_id(id);
  BackendTransaction transaction;
  WriteResource(transaction, "bot_instance", instance, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

TEST_CASE("instances are found by their bot, in pages") {
  AuthFixture fixture;
  for (const char* const id : {"1", "2", "3"}) StoreInstanceOf(fixture, "a", id);
  StoreInstanceOf(fixture, "b", "1");
  machineidv1::ListBotInstancesRequest list;
  const std::string path = "/teleport.machineid.v1.BotInstanceService/ListBotInstances";
  using Page = machineidv1::ListBotInstancesResponse;
  CHECK(fixture.Call<Page>(fixture.admin(), path, list)->bot_instances_size() == 4);
  list.set_filter_bot_name("a");
  list.set_page_size(2);
  const auto page = fixture.Call<Page>(fixture.admin(), path, list);
  REQUIRE(page->bot_instances_size() == 2);
  list.set_page_token(page->next_page_token());
  const auto rest = fixture.Call<Page>(fixture.admin(), path, list);
  REQUIRE(rest->bot_instances_size() == 1);
  CHECK(rest->bot_instances(0).spec().instance_id() == "3");
  CHECK(rest->next_page_token().empty());
  machineidv1::DeleteBotInstanceRequest remove;
  remove.set_bot_name("b");
  remove.set_instance_id("1");
  const std::string removing = "/teleport.machineid.v1.BotInstanceService/DeleteBotInstance";
  CHECK(fixture.Call<Empty>(fixture.admin(), removing, remove));
  CHECK(fixture.Call<Empty>(fixture.admin(), removing, remove).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("an application that roles do not reach is not there") {
  AuthFixture fixture;
  fixture.Store(
      "kind: role\nversion: v7\nmetadata: {name: devs}\nspec: {allow: {app_labels: {env: dev}, rules: [{resources: "
      "[app], verbs: ['*']}]}}\n---\nkind: user\nversion: v2\nmetadata: {name: dev}\nspec: {roles: [devs]}\n");
  const Caller dev = UserCaller(fixture, "dev");
  types::AppV3 app;
  app.mutable_metadata()->set_name("shop");
  app.mutable_spec()->set_uri("http://shop");
  const std::string create = "/proto.AuthService/CreateApp";
  CHECK(fixture.Call<Empty>(dev, create, app).error().kind == ErrorKind::kAccessDenied);
  REQUIRE(fixture.Call<Empty>(fixture.admin(), create, app));
  types::ResourceRequest name;
  name.set_name("shop");
  CHECK(fixture.Call<types::AppV3>(dev, "/proto.AuthService/GetApp", name).error().kind == ErrorKind::kNotFound);
  CHECK(fixture.Call<Empty>(dev, "/proto.AuthService/DeleteApp", name).error().kind == ErrorKind::kNotFound);
  CHECK(fixture.Call<proto::ListAppsResponse>(dev, "/proto.AuthService/ListApps", proto::ListAppsRequest())
            ->applications()
            .empty());
  (*app.mutable_metadata()->mutable_labels())["env"] = "dev";
  REQUIRE(fixture.Call<Empty>(fixture.admin(), "/proto.AuthService/UpdateApp", app));
  CHECK(fixture.Call<types::AppV3>(dev, "/proto.AuthService/GetApp", name));
  app.mutable_metadata()->set_name("other");
  app.mutable_spec()->set_publicaddr("px.ex.com");
  CHECK(fixture.Call<Empty>(fixture.admin(), create, app).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("a database that roles do not reach is not there; its changes are audited") {
  AuthFixture fixture;
  fixture.Store(
      "kind: role\nversion: v7\nmetadata: {name: devs}\nspec: {allow: {db_labels: {env: dev}, rules: [{resources: "
      "[db], verbs: ['*']}]}}\n---\nkind: user\nversion: v2\nmetadata: {name: dev}\nspec: {roles: [devs]}\n");
  const Caller dev = UserCaller(fixture, "dev");
  types::DatabaseV3 database;
  database.mutable_metadata()->set_name("orders");
  database.mutable_spec()->set_protocol("postgres");
  database.mutable_spec()->set_uri("localhost:5432");
  const std::string create = "/proto.AuthService/CreateDatabase";
  const std::string get = "/proto.AuthService/GetDatabase";
  const std::string update = "/proto.AuthService/UpdateDatabase";
  const std::string remove = "/proto.AuthService/DeleteDatabase";
  CHECK(fixture.Call<Empty>(dev, create, database).error().kind == ErrorKind::kAccessDenied);
  REQUIRE(fixture.Call<Empty>(fixture.admin(), create, database));
  types::ResourceRequest name;
  name.set_name("orders");
  CHECK(fixture.Call<types::DatabaseV3>(dev, get, name).error().kind == ErrorKind::kNotFound);
  CHECK(fixture.Call<Empty>(dev, remove, name).error().kind == ErrorKind::kNotFound);
  const auto list = [&] {
    return fixture.Call<proto::ListDatabasesResponse>(dev, "/proto.AuthService/ListDatabases",
                                                      proto::ListDatabasesRequest());
  };
  CHECK(list()->databases().empty());
  (*database.mutable_metadata()->mutable_labels())["env"] = "dev";
  REQUIRE(fixture.Call<Empty>(fixture.admin(), update, database));
  CHECK(fixture.Call<types::DatabaseV3>(dev, get, name));
  CHECK(list()->databases_size() == 1);
  (*database.mutable_metadata()->mutable_labels())["env"] = "prod";
  CHECK(fixture.Call<Empty>(dev, update, database).error().kind == ErrorKind::kAccessDenied);
  CHECK(fixture.Call<Empty>(dev, remove, name));
  for (const char* const type : {"db.create", "db.update", "db.delete"}) CHECK(fixture.Events(type) == 1);
  database.mutable_spec()->set_protocol("carrier-pigeon");
  CHECK(fixture.Call<Empty>(fixture.admin(), create, database).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("a discovery config keeps what its services found out") {
  AuthFixture fixture;
  const std::string service = "/teleport.discoveryconfig.v1.DiscoveryConfigService/";
  discoveryv1::CreateDiscoveryConfigRequest create;
  auto& config = *create.mutable_discovery_config();
  config.mutable_header()->mutable_metadata()->set_name("cloud");
  config.mutable_status()->set_discovered_resources(7);
  const auto call = [&](const char* method, const auto& request) {
    return fixture.Call<DiscoveryConfig>(fixture.admin(), service + method, request);
  };
  CHECK(call("CreateDiscoveryConfig", create).error().kind == ErrorKind::kBadParameter);  // it has no group
  config.mutable_spec()->set_discovery_group("group");
  const auto created = call("CreateDiscoveryConfig", create);
  REQUIRE(created);
  CHECK(created->header().kind() == "discovery_config");
  CHECK(created->status().discovered_resources() == 0);  // clients cannot write the status
  CHECK(call("CreateDiscoveryConfig", create).error().kind == ErrorKind::kAlreadyExists);

  DiscoveryConfig found = *created;
  found.mutable_status()->set_discovered_resources(5);
  BackendTransaction transaction;
  WriteResource(transaction, "discovery_config", found, WriteMode::kUpsert);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
  discoveryv1::UpdateDiscoveryConfigRequest update;
  *update.mutable_discovery_config() = *created;
  CHECK(call("UpdateDiscoveryConfig", update).error().kind == ErrorKind::kCompareFailed);
  update.mutable_discovery_config()->mutable_header()->mutable_metadata()->clear_revision();
  CHECK(call("UpdateDiscoveryConfig", update)->status().discovered_resources() == 5);

  const auto list = fixture.Call<discoveryv1::ListDiscoveryConfigsResponse>(
      fixture.admin(), service + "ListDiscoveryConfigs", discoveryv1::ListDiscoveryConfigsRequest());
  CHECK(list->discovery_configs_size() == 1);
  discoveryv1::DeleteDiscoveryConfigRequest remove;
  remove.set_name("cloud");
  CHECK(fixture.Call<Empty>(fixture.admin(), service + "DeleteDiscoveryConfig", remove));
  CHECK(fixture.Call<Empty>(fixture.admin(), service + "DeleteDiscoveryConfig", remove).error().kind ==
        ErrorKind::kNotFound);
  for (const char* const type : {"create", "update", "delete"}) {
    CHECK(fixture.Events(fmt::format("discovery_config.{}", type)) == 1);
  }
}

TEST_CASE("no cluster is trusted, for those who may ask") {
  AuthFixture fixture;
  fixture.Store("kind: user\nversion: v2\nmetadata: {name: dev}\nspec: {roles: [access]}\n");
  const std::string list = "/teleport.trust.v1.TrustService/ListTrustedClusters";
  using Answer = teleport::trust::v1::ListTrustedClustersResponse;
  const teleport::trust::v1::ListTrustedClustersRequest request;
  CHECK(fixture.Call<Answer>(fixture.admin(), list, request)->trusted_clusters().empty());
  CHECK(fixture.Call<Answer>(UserCaller(fixture, "dev"), list, request).error().kind == ErrorKind::kAccessDenied);
  types::ResourceRequest name;
  name.set_name("root");
  CHECK(fixture.Call<types::TrustedClusterV2>(fixture.admin(), "/proto.AuthService/GetTrustedCluster", name)
            .error()
            .kind == ErrorKind::kNotFound);
}

namespace workloadv1 = teleport::workloadidentity::v1;

constexpr const char* kWorkloadService = "/teleport.workloadidentity.v1.WorkloadIdentityResourceService/";

Status StoreWorkload(AuthFixture& fixture, const std::string& name, const std::string& id) {
  workloadv1::CreateWorkloadIdentityRequest request;
  request.mutable_workload_identity()->mutable_metadata()->set_name(name);
  request.mutable_workload_identity()->mutable_spec()->mutable_spiffe()->set_id(id);
  const auto made = fixture.Call<workloadv1::WorkloadIdentity>(
      fixture.admin(), fmt::format("{}CreateWorkloadIdentity", kWorkloadService), request);
  return made ? Status() : Status(std::unexpected(made.error()));
}

// Returns the names on all pages of two items, with a bar between the pages.
std::string WorkloadPages(AuthFixture& fixture, const std::string& field, bool descending, const std::string& term) {
  workloadv1::ListWorkloadIdentitiesV2Request request;
  request.set_page_size(2);
  request.set_sort_field(field);
  request.set_sort_desc(descending);
  request.set_filter_search_term(term);
  std::string names;
  do {
    const auto page = fixture.Call<workloadv1::ListWorkloadIdentitiesResponse>(
        fixture.admin(), fmt::format("{}ListWorkloadIdentitiesV2", kWorkloadService), request);
    if (!page) return page.error().message;
    for (const auto& identity : page->workload_identities()) names += identity.metadata().name() + " ";
    request.set_page_token(page->next_page_token());
    if (!request.page_token().empty()) names += "| ";
  } while (!request.page_token().empty());
  return names;
}

TEST_CASE("workload identities are listed in order, page by page") {
  AuthFixture fixture;
  REQUIRE(StoreWorkload(fixture, "a", "/z"));
  REQUIRE(StoreWorkload(fixture, "b", "/Svc/b"));
  REQUIRE(StoreWorkload(fixture, "c", "/svc"));
  CHECK(StoreWorkload(fixture, "d", "no-slash").error().kind == ErrorKind::kBadParameter);
  CHECK(StoreWorkload(fixture, "a", "/again").error().kind == ErrorKind::kAlreadyExists);

  CHECK(WorkloadPages(fixture, "", false, "") == "a b | c ");
  CHECK(WorkloadPages(fixture, "name", true, "") == "c b | a ");
  CHECK(WorkloadPages(fixture, "spiffe_id", false, "") == "c b | a ");
  CHECK(WorkloadPages(fixture, "spiffe_id", true, "") == "a b | c ");
  CHECK(WorkloadPages(fixture, "", false, "SVC") == "b c ");
  CHECK(WorkloadPages(fixture, "color", false, "").contains("sort_field must be name or spiffe_id"));
}

TEST_CASE("workload identities are for those with the right, and what happens to them is in the audit log") {
  AuthFixture fixture;
  fixture.Store(kLookersYaml);
  REQUIRE(StoreWorkload(fixture, "a", "/a"));
  workloadv1::GetWorkloadIdentityRequest get;
  get.set_name("a");
  const std::string method = fmt::format("{}GetWorkloadIdentity", kWorkloadService);
  CHECK(fixture.Call<workloadv1::WorkloadIdentity>(fixture.admin(), method, get));
  CHECK(fixture.Call<workloadv1::WorkloadIdentity>(UserCaller(fixture, "reader"), method, get).error().kind ==
        ErrorKind::kAccessDenied);
  CHECK(fixture.Events("workload_identity.create") == 1);

  workloadv1::DeleteWorkloadIdentityRequest remove;
  CHECK(fixture.Call<Empty>(fixture.admin(), fmt::format("{}DeleteWorkloadIdentity", kWorkloadService), remove)
            .error()
            .kind == ErrorKind::kBadParameter);
  remove.set_name("a");
  CHECK(fixture.Call<Empty>(fixture.admin(), fmt::format("{}DeleteWorkloadIdentity", kWorkloadService), remove));
  CHECK(fixture.Call<workloadv1::WorkloadIdentity>(fixture.admin(), method, get).error().kind == ErrorKind::kNotFound);
  CHECK(fixture.Events("workload_identity.delete") == 1);
}

}  // namespace
}  // namespace sallyport
