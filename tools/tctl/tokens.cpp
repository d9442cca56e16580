#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libclient/calls/join_token.h"
#include "libclient/listing.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct TokensAdd {
  std::string type;
  std::string value;
  std::string labels;
  std::string ttl;
  std::string app_name;
  std::string app_uri;
  std::string db_name;
  std::string db_protocol;
  std::string db_uri;
};

struct TokensLs {
  bool with_secrets = false;
  std::string labels;
};

struct TokensRm {
  std::string token;
};

AgentTarget TargetOf(const TokensAdd& given) {
  AgentTarget target;
  if (!given.app_name.empty()) target.app_name = given.app_name;
  if (!given.app_uri.empty()) target.app_uri = given.app_uri;
  target.db_name = given.db_name;
  target.db_protocol = given.db_protocol;
  target.db_uri = given.db_uri;
  return target;
}

Result<Output> AddToken(const Invocation& invocation, const TokensAdd& given) {
  NewJoinToken wanted;
  ASSIGN_OR_RETURN(wanted.roles, ParseSystemRoles(given.type));
  // An agent for Kubernetes discovers applications there, which needs these two roles.
  if (wanted.roles == std::vector<std::string>{"Kube"}) wanted.roles = {"Kube", "App", "Discovery"};
  wanted.value = given.value;
  wanted.ttl = given.ttl;
  ASSIGN_OR_RETURN(wanted.labels, ParseLabels(given.labels));

  ASSIGN_OR_RETURN(const auto token, MakeJoinToken(wanted));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CreateJoinToken(*rpc, token));

  std::string text = token.metadata().name() + "\n";
  if (!invocation.format_given()) {
    ASSIGN_OR_RETURN(text, HowToJoin(*rpc, token, TargetOf(given)));
  }

  Output output = Output::Of(Value(Value::Map{{"expires", FormatTime(*ExpiresOf(token))},
                                              {"roles", Value::Strings(wanted.roles)},
                                              {"token", token.metadata().name()}}),
                             [text](const Value&) { return text; });
  output.json_indent = 1;
  return output;
}

std::string ExpiryText(const types::ProvisionTokenV2& token, Time now) {
  const auto expires = ExpiresOf(token);
  if (!expires || *expires == Time{}) return "never";
  return fmt::format("{} ({})", FormatTime(std::chrono::floor<std::chrono::seconds>(*expires)),
                     FormatDuration(std::chrono::round<std::chrono::seconds>(*expires - now)));
}

Result<std::vector<types::ProvisionTokenV2>> WantedTokens(RpcClient& rpc,
                                                          const std::map<std::string, std::string>& labels) {
  ASSIGN_OR_RETURN(auto tokens, AllTokens(rpc));
  std::erase_if(tokens, [&](const auto& token) {
    const auto has = LabelsOf(token);
    return !std::ranges::all_of(labels, [&](const auto& label) {
      const auto found = has.find(label.first);
      return found != has.end() && found->second == label.second;
    });
  });
  std::ranges::stable_sort(tokens, {}, [](const auto& token) { return ExpiresOf(token).value_or(Time{}); });
  return tokens;
}

Result<Output> ListTokens(const Invocation& invocation, const TokensLs& given) {
  ASSIGN_OR_RETURN(const auto labels, ParseLabels(given.labels));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto tokens, WantedTokens(*rpc, labels));
  const auto name = given.with_secrets ? NameOf : SafeTokenName;

  if (invocation.format_given() && invocation.format() == "text") {
    std::string text;
    for (const auto& token : tokens) text += name(token) + "\n";
    return Output::Text(std::move(text));
  }

  const Time now = Now();
  Output output;
  output.kind = Output::Kind::kItems;
  output.columns = {"Token", "Type", "Labels", "Expiry Time (UTC)"};
  const bool json = invocation.format_given();
  output.items = [=](const ItemSink& sink) -> Status {
    for (const auto& token : tokens) {
      const Value row(Value::Strings({name(token), fmt::format("{}", fmt::join(token.spec().roles(), ",")),
                                      LabelsText(LabelsOf(token), true), ExpiryText(token, now)}));
      RETURN_IF_ERROR(sink(json ? EncodeMessage(token) : row));
    }
    return {};
  };
  output.row = [](const Value& item) {
    std::vector<std::string> cells;
    for (const auto& cell : item.as_list()) cells.push_back(cell.as_string());
    return cells;
  };

  output.yaml_documents = true;
  output.sort_keys_in_yaml = true;
  return output;
}

Result<Output> RemoveToken(const Invocation& invocation, const TokensRm& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  types::ResourceRequest request;
  request.set_name(given.token);
  RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>("/proto.AuthService/DeleteToken", request));
  return Output::Text("The token has been deleted\n");
}

Command AddTokenCommand() {
  return {.path = "tokens add",
          .summary = "Make a token with which services join, and show the command",
          .options = {{.name = "type",
                       .value_name = "TYPE,...",
                       .help = "Services that join: node, proxy, kube, app, db, discovery, ...",
                       .into = Into<&TokensAdd::type>},
                      {.name = "value",
                       .value_name = "TEXT",
                       .help = "Value of the token, instead of a random value",
                       .into = Into<&TokensAdd::value>},
                      {.name = "labels",
                       .value_name = "KEY=VALUE,...",
                       .help = "Labels of the token",
                       .into = Into<&TokensAdd::labels>},
                      {.name = "ttl",
                       .value_name = "DURATION",
                       .help = "Lifetime of the token (default 30m)",
                       .into = Into<&TokensAdd::ttl>},
                      {.name = "app-name",
                       .value_name = "NAME",
                       .help = "Application, for the type app",
                       .into = Into<&TokensAdd::app_name>},
                      {.name = "app-uri",
                       .value_name = "URI",
                       .help = "Address of the application, for the type app",
                       .into = Into<&TokensAdd::app_uri>},
                      {.name = "db-name",
                       .value_name = "NAME",
                       .help = "Database, for the type db",
                       .into = Into<&TokensAdd::db_name>},
                      {.name = "db-protocol",
                       .value_name = "PROTOCOL",
                       .help = "Protocol of the database, for the type db",
                       .into = Into<&TokensAdd::db_protocol>},
                      {.name = "db-uri",
                       .value_name = "HOST:PORT",
                       .help = "Address of the database, for the type db",
                       .into = Into<&TokensAdd::db_uri>}},

          .example = "tctl tokens add --type=node",
          .run = RunWith<AddToken>};
}

Command ListTokensCommand() {
  return {.path = "tokens ls",
          .summary = "List tokens and links of users; their values are hidden in the table",
          .options = {{.name = "with-secrets",
                       .help = "Show the values in the table and with --format=text",
                       .into = Into<&TokensLs::with_secrets>},
                      {.name = "labels",
                       .value_name = "KEY=VALUE,...",
                       .help = "Only tokens with these labels",
                       .into = Into<&TokensLs::labels>}},
          .example = "tctl tokens ls",
          .run = RunWith<ListTokens>};
}

Command RemoveTokenCommand() {
  return {.path = "tokens rm",
          .summary = "Remove a token",
          .arguments = {{.name = "token", .help = "The token", .into = Into<&TokensRm::token>}},
          .example = "tctl tokens rm 0123456789abcdef0123456789abcdef",
          .formats = "",
          .run = RunWith<RemoveToken>};
}

}  // namespace

std::vector<Command> TokenCommands() { return {AddTokenCommand(), ListTokensCommand(), RemoveTokenCommand()}; }

}  // namespace sallyport
