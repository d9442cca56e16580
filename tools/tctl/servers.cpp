// The commands about the services of a cluster: nodes add and ls, kube ls, apps ls, db ls, auth ls, proxy ls.
#include <algorithm>

#include "libclient/calls/join_token.h"
#include "libclient/listing.h"
#include "libclient/pages.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct NodesAdd {
  std::string roles = "node";
  std::string ttl;
  std::string token;
};

Result<Output> AddNode(const Invocation& invocation, const NodesAdd& given) {
  NewJoinToken wanted;
  ASSIGN_OR_RETURN(wanted.roles, ParseSystemRoles(given.roles));
  wanted.value = given.token;
  wanted.ttl = given.ttl;
  ASSIGN_OR_RETURN(const auto token, MakeJoinToken(wanted));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CreateJoinToken(*rpc, token));

  std::string text;
  if (invocation.format() == "text") {
    ASSIGN_OR_RETURN(text, HowToJoin(*rpc, token, {}));
  }
  Output output = Output::Of(Value::Strings({token.metadata().name()}), [text](const Value&) { return text; });
  output.json_indent = 0;
  return output;
}

std::vector<std::string> ServerRow(const Value& server, bool verbose) {
  return {At(server, "spec", "hostname").as_string(), At(server, "metadata", "name").as_string(),
          At(server, "spec", "addr").as_string(), LabelsText(LabelsOfNode(server), verbose),
          At(server, "spec", "version").as_string()};
}

std::vector<std::string> KubeRow(const Value& server, bool verbose) {
  const Value& cluster = At(server, "spec", "cluster");
  return {At(cluster, "metadata", "name").as_string(), LabelsText(LabelsOfKube(cluster), verbose),
          At(server, "spec", "version").as_string()};
}

const std::vector<std::string> kServerColumns{"Host", "UUID", "Public Address", "Labels", "Version"};

// Returns a list of resources; in YAML each is one document.
Output Resources(std::vector<std::string> columns, std::function<std::vector<std::string>(const Value&)> row) {
  Output output;
  output.kind = Output::Kind::kItems;
  output.columns = std::move(columns);
  output.row = std::move(row);
  output.yaml_documents = true;
  output.sort_keys_in_yaml = true;
  return output;
}

using Lister = Status (*)(RpcClient&, const ListFilter&, const ValueSink&);
using RowOfServer = std::vector<std::string> (*)(const Value&, bool verbose);

Result<Output> ListServers(const Invocation& invocation, const ListOptions& given, Lister list,
                           const std::vector<std::string>& columns, RowOfServer row) {
  ASSIGN_OR_RETURN(const ListFilter filter, FilterOf(given));
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  Output output =
      Resources(columns, [row, verbose = given.verbose](const Value& server) { return row(server, verbose); });
  output.items = [=](const ItemSink& sink) { return list(*rpc, filter, sink); };
  return output;
}

Result<Output> ListNodesCommand(const Invocation& invocation, const ListOptions& given) {
  return ListServers(invocation, given, ListNodes, kServerColumns, ServerRow);
}

Result<Output> ListKube(const Invocation& invocation, const ListOptions& given) {
  return ListServers(invocation, given, ListKubeServers, {"Cluster", "Labels", "Version"}, KubeRow);
}

// Returns the resources in the servers of a kind.
template <typename Item>
Status ListServersOf(RpcClient& rpc, std::string_view kind, Item item, const ListFilter& filter,
                     const ValueSink& sink) {
  proto::ListResourcesRequest request;
  request.set_resourcetype(std::string(kind));
  request.set_namespace_("default");
  request.mutable_labels()->insert(filter.labels.begin(), filter.labels.end());
  request.mutable_searchkeywords()->Assign(filter.search.begin(), filter.search.end());
  request.set_predicateexpression(filter.predicate);
  const auto show = [&](const proto::ListResourcesResponse& page) -> Status {
    for (const auto& resource : page.resources()) {
      RETURN_IF_ERROR(sink(EncodeMessage(std::invoke(item, resource))));
    }
    return {};
  };
  return EachPage<proto::ListResourcesResponse>(rpc, "/proto.AuthService/ListResources", request, show);
}

Status ListAppServers(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink) {
  return ListServersOf(rpc, "app_server", &proto::PaginatedResource::appserver, filter, sink);
}

Status ListDatabaseServers(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink) {
  return ListServersOf(rpc, "db_server", &proto::PaginatedResource::databaseserver, filter, sink);
}

std::vector<std::string> AppRow(const Value& server, bool verbose) {
  const Value& app = At(server, "spec", "app");
  const std::string& uri = At(app, "spec", "uri").as_string();
  const std::string_view type = uri.starts_with("mcp+") ? "MCP" : uri.starts_with("tcp://") ? "TCP" : "HTTP";
  return {At(server, "spec", "hostname").as_string(),
          At(app, "metadata", "name").as_string(),
          std::string(type),
          At(app, "spec", "public_addr").as_string(),
          uri,
          LabelsText(LabelsOfKube(app), verbose),
          At(server, "spec", "version").as_string()};
}

std::vector<std::string> DatabaseRow(const Value& server, bool verbose) {
  const Value& database = At(server, "spec", "database");
  return {At(server, "spec", "hostname").as_string(),   At(database, "metadata", "name").as_string(),
          At(database, "spec", "protocol").as_string(), At(database, "spec", "uri").as_string(),
          LabelsText(LabelsOfKube(database), verbose),  At(server, "spec", "version").as_string()};
}

Result<Output> ListApps(const Invocation& invocation, const ListOptions& given) {
  return ListServers(invocation, given, ListAppServers,
                     {"Host", "Name", "Type", "Public Address", "URI", "Labels", "Version"}, AppRow);
}

Result<Output> ListDatabases(const Invocation& invocation, const ListOptions& given) {
  return ListServers(invocation, given, ListDatabaseServers, {"Host", "Name", "Protocol", "URI", "Labels", "Version"},
                     DatabaseRow);
}

// The HTTP API lists auth services and proxies.
Result<Output> ListServices(const Invocation& invocation, const std::string& path) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const Value servers, rpc->Get(path));
  Output output = Resources(kServerColumns, [](const Value& server) { return ServerRow(server, false); });
  output.items = [items = servers.as_list()](const ItemSink& sink) -> Status {
    for (const auto& server : items) RETURN_IF_ERROR(sink(server));
    return {};
  };
  return output;
}

Result<Output> ListAuthServices(const Invocation& invocation) { return ListServices(invocation, "/v2/authservers"); }
Result<Output> ListProxies(const Invocation& invocation) { return ListServices(invocation, "/v2/proxies"); }

Command AddNodeCommand() {
  return {.path = "nodes add",
          .summary = "Make a token with which a host joins, and show the command",
          .options = {{.name = "roles",
                       .value_name = "ROLE,...",
                       .help = "Roles of the host (default node)",
                       .into = Into<&NodesAdd::roles>},
                      {.name = "ttl",
                       .value_name = "DURATION",
                       .help = "Lifetime of the token (default 30m)",
                       .into = Into<&NodesAdd::ttl>},
                      {.name = "token",
                       .value_name = "TEXT",
                       .help = "Value of the token, instead of a random value",
                       .into = Into<&NodesAdd::token>}},
          .example = "tctl nodes add --ttl=1h",
          .run = RunWith<AddNode>};
}

}  // namespace

std::vector<Command> ServerCommands() {
  return {AddNodeCommand(),
          {.path = "nodes ls",
           .summary = "List nodes",
           .arguments = {LabelsArgument<>()},
           .options = ListOptionRows<>(),
           .example = "tctl nodes ls env=prod",
           .run = RunWith<ListNodesCommand>},
          {.path = "kube ls",
           .summary = "List Kubernetes clusters and the servers that announce them",
           .arguments = {LabelsArgument<>()},
           .options = ListOptionRows<>(),
           .example = "tctl kube ls --query='labels[\"env\"] == \"prod\"'",
           .run = RunWith<ListKube>},
          {.path = "apps ls",
           .summary = "List applications and the servers that announce them",
           .arguments = {LabelsArgument<>()},
           .options = ListOptionRows<>(),
           .example = "tctl apps ls env=prod",
           .run = RunWith<ListApps>},
          {.path = "db ls",
           .summary = "List databases and the servers that announce them",
           .arguments = {LabelsArgument<>()},
           .options = ListOptionRows<>(),

           .example = "tctl db ls env=prod",
           .run = RunWith<ListDatabases>},
          {.path = "auth ls",
           .summary = "List auth services",
           .example = "tctl auth ls --format=text",
           .formats = "yaml json text",
           .run = ListAuthServices},
          {.path = "proxy ls",
           .summary = "List proxies",
           .example = "tctl proxy ls --format=text",
           .formats = "yaml json text",
           .run = ListProxies}};
}

}  // namespace sallyport
