#include <google/protobuf/message.h>

#include <algorithm>
#include <functional>
#include <map>
#include <span>

#include "libclient/calls/kind_calls.h"
#include "libresources/kinds.h"
#include "libresources/kinds/bot.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/server.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/known_names.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct GetOptions {
  std::string resources;
  bool with_secrets = false;
};

// Several kinds that one word names. In text, each kind has a heading, and kinds without resources are left out.
struct GroupMember {
  std::string_view kind;
  std::string_view heading;
};
constexpr std::string_view kConnectorWords[] = {"connectors", "connector", "auth"};
constexpr GroupMember kConnectors[] = {{"oidc", "OIDC"}, {"saml", "SAML"}, {"github", "GitHub"}};

// The kinds that administrators write, in the order in which they can be restored: users need their roles. The
// authorities are not included, since each cluster has its own.
constexpr std::string_view kAllWord = "all";
constexpr GroupMember kAll[] = {
    {"role", "Roles"},
    {"cluster_auth_preference", "Authentication"},
    {"cluster_networking_config", "Networking"},
    {"session_recording_config", "Session recording"},
    {"oidc", "OIDC"},
    {"saml", "SAML"},
    {"github", "GitHub"},
    {"user", "Users"},
    {"bot", "Bots"},
    {"token", "Tokens"},
    {"lock", "Locks"},
    {"kube_cluster", "Kubernetes clusters"},
    {"app", "Applications"},
    {"db", "Databases"},
    {"node", "Nodes without an agent"},
    {"server_info", "Labels of nodes"},
    {"discovery_config", "Discovery"},
};

// A part of "kind[/name][,...]".
struct WantedResource {
  const KindRow* kind = nullptr;
  const KindCalls* calls = nullptr;
  std::string name;           // empty: all
  std::string_view heading;   // heading of a member of a group
  bool decided_only = false;  // see IsDecided
};

Result<std::vector<WantedResource>> MembersOf(std::span<const GroupMember> group, std::string_view name) {
  std::vector<WantedResource> all;
  for (const auto& member : group) {
    WantedResource wanted{.kind = FindKind(member.kind), .name = std::string(name), .heading = member.heading};
    ASSIGN_OR_RETURN(wanted.calls, CallsOf(*wanted.kind));
    all.push_back(std::move(wanted));
  }
  return all;
}

// Returns whether an administrator wrote a resource; otherwise the cluster made it for another resource, or a host
// announced it.
bool IsDecided(const KindRow& kind, const google::protobuf::Message& message) {
  const auto labels = LabelsOf(message);
  if (labels.contains(std::string(kBotLabel)) && kind.kind != "bot") return false;
  const auto origin = labels.find(std::string(kOriginLabel));
  if (origin != labels.end() && (origin->second == "config-file" || origin->second == "defaults")) return false;
  return kind.kind != "node" || static_cast<const types::ServerV2&>(message).subkind() == "openssh";
}

Result<std::vector<WantedResource>> ParseWanted(const std::string& text) {
  std::vector<WantedResource> all;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));

    WantedResource wanted;
    const auto slash = std::min(part.find('/'), part.size());
    const bool connectors = std::ranges::find(kConnectorWords, part.substr(0, slash)) != std::end(kConnectorWords);
    if (connectors || part == kAllWord) {
      const auto members = connectors ? std::span<const GroupMember>(kConnectors) : std::span<const GroupMember>(kAll);
      ASSIGN_OR_RETURN(auto group, MembersOf(members, part.substr(std::min(part.size(), slash + 1))));
      for (auto& member : group) member.decided_only = !connectors;
      all.insert(all.end(), group.begin(), group.end());
      continue;
    }

    ASSIGN_OR_RETURN(wanted.kind, KindNamed(part.substr(0, slash)));
    ASSIGN_OR_RETURN(wanted.calls, CallsOf(*wanted.kind));
    wanted.name = part.substr(std::min(part.size(), slash + 1));
    const bool singleton = !wanted.kind->singleton_name.empty();
    if (singleton && !wanted.name.empty() && wanted.name != wanted.kind->singleton_name) {
      return Fail(ErrorKind::kBadParameter, "the cluster has only one {}: give the kind without a name",
                  wanted.kind->kind);
    }
    all.push_back(std::move(wanted));
  }

  if (all.empty()) return Fail(ErrorKind::kUsage, "a kind is missing: tctl get roles");
  return all;
}

using WantedSink = std::function<Status(const WantedResource& wanted, const google::protobuf::Message& message)>;

// Keeps the names of complete lists for completion.
Status ListKind(const Invocation& invocation, RpcClient& rpc, const WantedResource& wanted, bool with_secrets,
                const WantedSink& sink) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(wanted.calls->list(rpc, with_secrets, [&](const google::protobuf::Message& message) {
    names.push_back(NameOf(message));
    return wanted.decided_only && !IsDecided(*wanted.kind, message) ? Status() : sink(wanted, message);
  }));
  RememberNames(invocation, *wanted.kind, std::move(names));
  return {};
}

Status Each(const Invocation& invocation, RpcClient& rpc, const std::vector<WantedResource>& all, bool with_secrets,
            const WantedSink& sink) {
  Status missing;  // for a group: the error when no kind of it is found
  bool found = false;
  for (const auto& wanted : all) {
    if (wanted.name.empty()) {
      RETURN_IF_ERROR(ListKind(invocation, rpc, wanted, with_secrets, sink));
      continue;
    }
    const Status got = wanted.calls->get(rpc, wanted.name, with_secrets, [&](const google::protobuf::Message& message) {
      return sink(wanted, message);
    });
    const bool may_miss = !wanted.heading.empty();
    if (!got && (!may_miss || got.error().kind != ErrorKind::kNotFound)) return got;
    found = found || (may_miss && got);
    if (!got) missing = got;
  }
  return found ? Status() : missing;
}

// Returns a table for each kind, in the requested order.
Result<Output> AsText(const Invocation& invocation, RpcClient& rpc, const std::vector<WantedResource>& all,
                      bool with_secrets) {
  std::map<const WantedResource*, std::vector<std::vector<std::string>>> tables;
  RETURN_IF_ERROR(Each(invocation, rpc, all, false,
                       [&](const WantedResource& wanted, const google::protobuf::Message& message) -> Status {
                         auto& row = tables[&wanted].emplace_back();
                         for (const auto& column : wanted.kind->columns) row.push_back(column.cell(message));
                         if (with_secrets && wanted.kind->name_is_secret) row.front() = NameOf(message);
                         return {};
                       }));

  std::string text;
  for (const auto& wanted : all) {
    const auto& rows = tables[&wanted];
    if (rows.empty() && !wanted.heading.empty()) continue;
    if (!wanted.heading.empty()) text += fmt::format("\n{}:\n", wanted.heading);
    std::vector<std::string> columns;
    for (const auto& column : wanted.kind->columns) columns.emplace_back(column.header);
    text += RenderTable(columns, rows);
  }
  return Output::Text(std::move(text));
}

Result<Output> RunGet(const Invocation& invocation, const GetOptions& given) {
  ASSIGN_OR_RETURN(const auto wanted, ParseWanted(given.resources));
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  const bool with_secrets = given.with_secrets;
  if (invocation.format() == "text") return AsText(invocation, *rpc, wanted, with_secrets);

  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [&invocation, rpc, wanted, with_secrets](const ItemSink& sink) {
    return Each(
        invocation, *rpc, wanted, with_secrets,
        [&](const WantedResource&, const google::protobuf::Message& message) { return sink(EncodeMessage(message)); });
  };
  output.yaml_documents = true;
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace

Command GetCommand() {
  return {
      .path = "get",
      .summary = "Show resources of the cluster",
      .arguments = {{.name = "resources",
                     .help = "kind[/name][,...]: roles, user/alice, connectors; all is what tctl create can restore",
                     .names = "resource",
                     .into = Into<&GetOptions::resources>}},
      .options =
          {{.name = "with-secrets",
            .help = "Include passwords and devices of users, private keys, client secrets, and the values of tokens in "
                    "tables",
            .into = Into<&GetOptions::with_secrets>}},
      .example = "tctl get role/dev --format=yaml",
      .formats = "yaml json text",
      .run = RunWith<RunGet>};
}

}  // namespace sallyport
