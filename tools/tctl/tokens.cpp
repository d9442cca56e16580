#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libclient/listing.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/calls/join_token.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

AgentTarget TargetOf(const Invocation& invocation) {
  AgentTarget target;
  if (invocation.Has("app-name")) target.app_name = invocation.Get("app-name");
  if (invocation.Has("app-uri")) target.app_uri = invocation.Get("app-uri");
  target.db_name = invocation.Get("db-name");
  target.db_protocol = invocation.Get("db-protocol");
  target.db_uri = invocation.Get("db-uri");
  return target;
}

Result<Output> Add(const Invocation& invocation) {
  NewJoinToken wanted;
  ASSIGN_OR_RETURN(wanted.roles, ParseSystemRoles(invocation.Get("type")));
  // An agent for Kubernetes finds applications there by itself, which takes these two.
  if (wanted.roles == std::vector<std::string>{"Kube"}) wanted.roles = {"Kube", "App", "Discovery"};
  wanted.value = invocation.Get("value");
  wanted.ttl = invocation.Get("ttl");
  ASSIGN_OR_RETURN(wanted.labels, ParseLabels(invocation.Get("labels")));

  ASSIGN_OR_RETURN(const auto token, MakeJoinToken(wanted));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CreateJoinToken(*rpc, token));

  std::string text = token.metadata().name() + "\n";
  if (!invocation.Has("format")) {
    ASSIGN_OR_RETURN(text, HowToJoin(*rpc, token, TargetOf(invocation)));
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

Result<std::vector<types::ProvisionTokenV2>> Wanted(RpcClient& rpc, const std::map<std::string, std::string>& labels) {
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

Result<Output> List(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto labels, ParseLabels(invocation.Get("labels")));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto tokens, Wanted(*rpc, labels));
  const auto name = invocation.Flag("with-secrets") ? NameOf : SafeTokenName;

  if (invocation.Get("format") == "text") {
    std::string text;
    for (const auto& token : tokens) text += name(token) + "\n";
    return Output::Text(std::move(text));
  }

  const Time now = Now();
  Output output;
  output.kind = Output::Kind::kItems;
  output.columns = {"Token", "Type", "Labels", "Expiry Time (UTC)"};
  const bool json = invocation.Has("format");
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

Result<Output> Remove(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  types::ResourceRequest request;
  request.set_name(invocation.Arg("token"));
  RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>("/proto.AuthService/DeleteToken", request));
  return Output::Text("The token has been deleted\n");
}

}  // namespace

std::vector<Command> TokenCommands() {
  return {{.path = "tokens add",
           .summary = "Make a token by which services join, and show how",
           .options = {{"type", '\0', "TYPE,...", "What joins: node, proxy, kube, app, db, discovery, ..."},
                       {"value", '\0', "TEXT", "The token, instead of a random one"},
                       {"labels", '\0', "KEY=VALUE,...", "Labels of the token"},
                       {"ttl", '\0', "DURATION", "How long it is good (default 30m)"},
                       {"app-name", '\0', "NAME", "Application, for the type app"},
                       {"app-uri", '\0', "URI", "Address of the application, for the type app"},
                       {"db-name", '\0', "NAME", "Database, for the type db"},
                       {"db-protocol", '\0', "PROTOCOL", "Protocol of the database, for the type db"},
                       {"db-uri", '\0', "HOST:PORT", "Address of the database, for the type db"}},
           .example = "tctl tokens add --type=node",
           .run = Add},

          {.path = "tokens ls",
           .summary = "List tokens and links of users; their values are hidden in the table",
           .options = {{"with-secrets", '\0', "", "Show the values in the table and with --format=text"},
                       {"labels", '\0', "KEY=VALUE,...", "Only tokens with these labels"}},
           .example = "tctl tokens ls",
           .run = List},

          {.path = "tokens rm",
           .summary = "Remove a token",
           .arguments = {{"token", "The token"}},
           .example = "tctl tokens rm 0123456789abcdef0123456789abcdef",
           .formats = "",
           .run = Remove}};
}

}  // namespace sallyport
