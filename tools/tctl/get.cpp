#include <google/protobuf/message.h>

#include <map>

#include "tools/tctl/commands.h"
#include "tools/tctl/kind_calls.h"
#include "tools/tctl/known_names.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

// One part of "kind[/name][,...]".
struct Wanted {
  const KindRow* kind = nullptr;
  const KindCalls* calls = nullptr;
  std::string name;  // empty: all
};

Result<std::vector<Wanted>> ParseWanted(const std::string& text) {
  std::vector<Wanted> all;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    Wanted wanted;
    const auto slash = std::min(part.find('/'), part.size());
    ASSIGN_OR_RETURN(wanted.kind, KindNamed(part.substr(0, slash)));
    ASSIGN_OR_RETURN(wanted.calls, CallsOf(*wanted.kind));
    wanted.name = part.substr(std::min(part.size(), slash + 1));
    const bool singleton = !wanted.kind->singleton_name.empty();
    if (singleton && !wanted.name.empty() && wanted.name != wanted.kind->singleton_name) {
      return Fail(ErrorKind::kBadParameter, "there is one {}, give the kind alone", wanted.kind->kind);
    }
    all.push_back(std::move(wanted));
  }
  if (all.empty()) return Fail(ErrorKind::kUsage, "name a kind: tctl get roles");
  return all;
}

// Names of whole lists are kept for completion.
Status Each(const Invocation& invocation, RpcClient& rpc, const std::vector<Wanted>& wanted, bool with_secrets,
            const MessageSink& sink) {
  for (const auto& one : wanted) {
    if (!one.name.empty()) {
      RETURN_IF_ERROR(one.calls->get(rpc, one.name, with_secrets, sink));
      continue;
    }
    std::vector<std::string> names;
    RETURN_IF_ERROR(one.calls->list(rpc, with_secrets, [&](const google::protobuf::Message& message) {
      names.push_back(NameOf(message));
      return sink(message);
    }));
    RememberNames(invocation, *one.kind, std::move(names));
  }
  return {};
}

// A table a kind, in the order that was asked for.
Result<Output> AsText(const Invocation& invocation, RpcClient& rpc, const std::vector<Wanted>& wanted,
                      bool with_secrets) {
  std::string text;
  for (const auto& one : wanted) {
    std::vector<std::string> columns;
    for (const auto& column : one.kind->columns) columns.emplace_back(column.header);
    std::vector<std::vector<std::string>> rows;
    RETURN_IF_ERROR(Each(invocation, rpc, {one}, false, [&](const google::protobuf::Message& message) -> Status {
      auto& row = rows.emplace_back();
      for (const auto& column : one.kind->columns) row.push_back(column.cell(message));
      if (with_secrets && one.kind->name_is_secret) row.front() = NameOf(message);
      return {};
    }));
    text += RenderTable(columns, rows);
  }
  return Output::Text(std::move(text));
}

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto wanted, ParseWanted(invocation.Arg("resources")));
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  const bool with_secrets = invocation.Flag("with-secrets");
  if (invocation.Get("format") == "text") return AsText(invocation, *rpc, wanted, with_secrets);
  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [&invocation, rpc, wanted, with_secrets](const ItemSink& sink) {
    return Each(invocation, *rpc, wanted, with_secrets,
                [&](const google::protobuf::Message& message) { return sink(EncodeResource(message)); });
  };
  output.yaml_documents = true;
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace

Command GetCommand() {
  return {.path = "get",
          .summary = "Show resources of the cluster",
          .arguments = {{"resources", "kind[/name][,...]: roles, user/alice, role/dev,users", true, false, "resource"}},
          .options = {{"with-secrets", '\0', "", "Include private keys, and the values of tokens in tables"}},
          .example = "tctl get role/dev --format=yaml",
          .formats = "yaml json text",
          .run = Run};
}

}  // namespace sallyport
