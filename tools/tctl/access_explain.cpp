// Explains why a user may or may not do something. tctl evaluates the resources of the cluster itself, so it works with
// every cluster that has Teleport's API.
#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "libbase/yaml.h"
#include "libclient/calls/kind_calls.h"
#include "libresources/access/access_question.h"
#include "libresources/access/kube_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/lock.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/lock.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/access_snapshot.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct AccessExplain {
  std::string user;
  std::string action;
  std::string resource;
  std::vector<std::string> inside;  // the Kubernetes cluster of an object
  std::string name_space;
  std::string labels;
};

// Actions on resources that roles reach by labels; every other action is a verb on a kind.
struct ActionRow {
  std::string_view action;
  std::string_view kind;
};
constexpr std::array kActions{ActionRow{"ssh", "node"}, ActionRow{"kube", "kube_cluster"}, ActionRow{"app", "app"},
                              ActionRow{"db", "db"}};

struct AskedAccess {
  AccessQuestion question;
  std::string subject;  // "ssh to web-1 as root"
};

// Returns the labels of the resource: those of the option, else those of the only resource with that name.
Result<Labels> LabelsOf(const AccessExplain& given, const AccessSnapshot& snapshot, std::string_view kind,
                        const std::string& name) {
  if (!given.labels.empty()) return ParseLabels(given.labels);
  const Reachable* found = nullptr;
  for (const Reachable& resource : snapshot.resources) {
    if (resource.kind != kind || resource.name != name) continue;
    if (found != nullptr) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("several resources of kind {} have the name \"{}\"", kind, name),
                          "select a resource by --labels=KEY=VALUE,...");
    }
    found = &resource;
  }
  if (found != nullptr) return found->labels;
  return FailWithHint(ErrorKind::kNotFound, fmt::format("{} \"{}\" is not found", kind, name),
                      "describe a resource that does not exist by --labels=KEY=VALUE,...");
}

// Parses "pods", "pods/web-1", "deployments.apps/web".
KubeRequest ObjectOf(const std::string& verb, std::string_view object, const std::string& kube_namespace) {
  KubeRequest request{.verb = verb, .api_group = "", .resource = "", .kube_namespace = kube_namespace, .name = ""};
  const auto slash = object.find('/');
  if (slash != std::string_view::npos) request.name = object.substr(slash + 1);
  const std::string_view resource = object.substr(0, slash);
  const auto dot = resource.find('.');
  request.resource = resource.substr(0, dot);
  if (dot != std::string_view::npos) request.api_group = resource.substr(dot + 1);

  for (const KubeKind& kind : KubeKinds()) {
    if (kind.plural != request.resource) continue;
    request.cluster_wide = kind.cluster_wide;
    if (dot == std::string_view::npos) request.api_group = kind.api_group;
  }
  return request;
}

Result<AskedAccess> AskedOfResource(const AccessExplain& given, const AccessSnapshot& snapshot,
                                    const ActionRow& action) {
  std::string name = given.resource;
  AskedAccess asked;
  asked.question.kind = action.kind;
  if (action.action == "ssh" && name.contains('@')) {
    asked.question.login = name.substr(0, name.find('@'));
    name.erase(0, name.find('@') + 1);
  }

  ASSIGN_OR_RETURN(asked.question.labels, LabelsOf(given, snapshot, action.kind, name));
  asked.subject = fmt::format("{} to {}", action.action, name);
  if (!asked.question.login.empty()) asked.subject += " as " + asked.question.login;

  const auto& inside = given.inside;
  if (inside.empty()) return asked;
  if (action.action != "kube" || inside.size() != 2) {
    return FailWithHint(ErrorKind::kUsage, "a verb and an object in a Kubernetes cluster must follow the name",
                        "tctl access explain alice kube prod get pods/web-1 --namespace=shop");
  }
  asked.question.object = ObjectOf(inside[0], inside[1], given.name_space);
  asked.subject += fmt::format(" and {} {} there", inside[0], inside[1]);
  return asked;
}

Result<AskedAccess> AskedOfRules(const AccessExplain& given) {
  const std::string& resource = given.resource;
  const auto slash = resource.find('/');
  const std::string kind = resource.substr(0, slash);
  const KindRow* const row = FindKind(kind);
  AskedAccess asked;
  asked.question.kind = row == nullptr ? kind : std::string(row->kind);
  asked.question.verb = given.action;
  asked.subject = fmt::format("{} {}", asked.question.verb, resource);
  if (slash == std::string::npos) return asked;

  Value& metadata = asked.question.resource.Set("metadata", Value::EmptyMap());
  metadata.Set("name", resource.substr(slash + 1));
  ASSIGN_OR_RETURN(const Labels said, ParseLabels(given.labels));
  Value& labels = metadata.Set("labels", Value::EmptyMap());
  for (const auto& [key, value] : said) labels.Set(key, value);
  return asked;
}

// Returns the line of a field in the output of `tctl get role/NAME`; 0 when the line is missing, as for defaults.
int LineOf(const AccessSnapshot& snapshot, const std::string& role, std::string_view part, std::string_view field,
           int index) {
  const auto found = snapshot.roles.find(role);
  if (found == snapshot.roles.end()) return 0;
  const auto documents = ParseYaml(ToYaml(SortedByKey(EncodeMessage(*found->second))), role);
  if (!documents || documents->empty()) return 0;
  const Value* at = &documents->front();
  for (const std::string_view step : {std::string_view("spec"), part, field}) {
    at = at->Find(step);
    if (at == nullptr) return 0;
  }
  const bool has = index >= 0 && static_cast<std::size_t>(index) < at->as_list().size();
  return has ? at->as_list()[static_cast<std::size_t>(index)].place().line : at->place().line;
}

Value Where(const AccessSnapshot& snapshot, const std::string& role, RoleCondition condition, const std::string& field,
            int index) {
  Value where = Value::EmptyMap();
  where.Set("role", role);
  where.Set("path", PathOf(condition, field, index));
  const int line = LineOf(snapshot, role, condition == RoleCondition::kAllow ? "allow" : "deny", field, index);
  if (line > 0) where.Set("line", line);
  return where;
}

// Returns the roles that the user lacks and each of which would allow the action.
std::vector<std::string> RolesThatWould(const AccessSnapshot& snapshot, const types::UserV2& user,
                                        const AccessQuestion& question) {
  std::vector<std::string> would;
  for (const auto& [name, role] : snapshot.roles) {
    const auto& held = user.spec().roles();
    if (std::find(held.begin(), held.end(), name) != held.end()) continue;
    const auto answer = Ask(snapshot.CheckerOf(user, {name}), question);
    if (answer && answer->allowed()) would.push_back(name);
  }
  return would;
}

Value Explained(const AccessSnapshot& snapshot, const types::UserV2& user, const AskedAccess& asked,
                const AccessAnswer& answer) {
  Value result = Value::EmptyMap();
  result.Set("user", user.metadata().name());
  result.Set("asked", asked.subject);
  result.Set("decision", std::string(NameOf(answer.outcome)));
  if (!answer.role.empty()) {
    result.Set("by", Where(snapshot, answer.role, answer.condition, answer.field, answer.index));
  }
  if (answer.allowed() && asked.question.kind == "kube_cluster") {
    result.Set("kubernetes_groups", Value::Strings(answer.kube_groups));
    result.Set("kubernetes_users", Value::Strings(answer.kube_users));
  }
  if (answer.outcome != Decision::Outcome::kNotAllowed) return result;

  Value::List lacking;
  for (const Shortfall& one : answer.lacking) {
    Value& row = lacking.emplace_back(Where(snapshot, one.role, RoleCondition::kAllow, one.field, one.index));
    row.Set("lacks", one.text);
  }
  result.Set("lacking", std::move(lacking));
  result.Set("roles_that_would", Value::Strings(RolesThatWould(snapshot, user, asked.question)));
  return result;
}

// Adds the locks in force that match the user, whatever the roles allow.
Status AddLocks(RpcClient& rpc, const types::UserV2& user, const std::string& login, Value& result) {
  std::vector<types::LockTarget> asked(1);
  asked.front().set_user(user.metadata().name());
  for (const std::string& role : user.spec().roles()) asked.emplace_back().set_role(role);
  if (!login.empty()) asked.emplace_back().set_login(login);

  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*FindKind("lock")));
  Value::List locks;
  RETURN_IF_ERROR(calls->list(rpc, false, [&](const google::protobuf::Message& message) -> Status {
    const auto& lock = static_cast<const types::LockV2&>(message);
    const bool hits =
        std::ranges::any_of(asked, [&](const auto& one) { return LockMatches(lock.spec().target(), one); });
    if (!hits || !LockInForce(lock, Now())) return {};
    Value& row = locks.emplace_back(Value::EmptyMap());
    row.Set("name", lock.metadata().name());
    row.Set("message", lock.spec().message());
    return {};
  }));
  result.Set("locks", std::move(locks));
  return {};
}

std::string WhereText(const Value& where) {
  std::string text = fmt::format("role {}, {}", where.Find("role")->as_string(), where.Find("path")->as_string());
  const Value* const line = where.Find("line");
  if (line != nullptr)
    text += fmt::format(" (line {} of tctl get role/{})", line->as_int(), where.Find("role")->as_string());
  return text;
}

std::string ExplanationText(const Value& result) {
  std::string text = fmt::format("{}: {}, {}\n", result.Find("decision")->as_string(), result.Find("user")->as_string(),
                                 result.Find("asked")->as_string());
  for (const Value& lock : result.Find("locks")->as_list()) {
    text += fmt::format("  but lock {} is in force: {}\n", lock.Find("name")->as_string(),
                        lock.Find("message")->as_string());
  }
  if (const Value* by = result.Find("by")) text += fmt::format("  by {}\n", WhereText(*by));

  for (const char* key : {"kubernetes_groups", "kubernetes_users"}) {
    const Value* const names = result.Find(key);
    if (names == nullptr || names->as_list().empty()) continue;
    std::vector<std::string_view> listed;
    for (const Value& name : names->as_list()) listed.push_back(name.as_string());
    text += fmt::format("  {}: {}\n", key, fmt::join(listed, ", "));
  }

  if (const Value* lacking = result.Find("lacking")) {
    for (const Value& row : lacking->as_list()) {
      text += fmt::format("  {} does not allow access: {}\n", WhereText(row), row.Find("lacks")->as_string());
    }
    if (lacking->as_list().empty()) text += "  no role of the user mentions the resource\n";
  }

  if (const Value* roles = result.Find("roles_that_would"); roles != nullptr && !roles->as_list().empty()) {
    std::vector<std::string_view> listed;
    for (const Value& name : roles->as_list()) listed.push_back(name.as_string());
    text += fmt::format("  roles that would allow access: {}\n", fmt::join(listed, ", "));
  }
  return text;
}

Result<Output> RunExplain(const Invocation& invocation, const AccessExplain& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  AccessSnapshot snapshot;
  RETURN_IF_ERROR(ReadRoles(*rpc, snapshot));
  RETURN_IF_ERROR(ReadUsers(*rpc, snapshot));
  const std::string& name = given.user;
  const auto user = snapshot.users.find(name);
  if (user == snapshot.users.end()) {
    return FailWithHint(ErrorKind::kNotFound, fmt::format("user \"{}\" is not found", name), "tctl users ls");
  }

  const auto action = std::ranges::find(kActions, given.action, &ActionRow::action);
  if (action != kActions.end() && given.labels.empty()) RETURN_IF_ERROR(ReadResources(*rpc, snapshot));
  ASSIGN_OR_RETURN(const AskedAccess asked,
                   action == kActions.end() ? AskedOfRules(given) : AskedOfResource(given, snapshot, *action));

  const AccessChecker checker = snapshot.CheckerOf(*user->second);
  ASSIGN_OR_RETURN(const AccessAnswer answer, Ask(checker, asked.question));
  Value result = Explained(snapshot, *user->second, asked, answer);
  RETURN_IF_ERROR(AddLocks(*rpc, *user->second, asked.question.login, result));

  const bool may = answer.allowed() && result.Find("locks")->as_list().empty();
  Output output = Output::Of(std::move(result), ExplanationText);
  if (!may) output.exit_code = RowOf(ErrorKind::kAccessDenied).exit_code;
  return output;
}

}  // namespace

Command AccessExplainCommand() {
  return {
      .path = "access explain",
      .summary = "Show whether a user may do something, by which role, and which roles would allow it",
      .arguments = {{.name = "user", .help = "Name of the user", .names = "user", .into = Into<&AccessExplain::user>},
                    {.name = "action",
                     .help = "ssh, kube, app, db, or a verb on a kind (read, update, ...)",
                     .into = Into<&AccessExplain::action>},
                    {.name = "resource",
                     .help = "[LOGIN@]NODE, the name of a Kubernetes cluster, application or database, or KIND[/NAME]",
                     .into = Into<&AccessExplain::resource>},
                    {.name = "inside",
                     .help = "In a Kubernetes cluster: a verb and an object (get pods/web-1)",
                     .required = false,
                     .repeated = true,
                     .into = Into<&AccessExplain::inside>}},

      .options = {{.name = "namespace",
                   .short_name = 'n',
                   .value_name = "NAME",
                   .help = "Namespace of the object",
                   .into = Into<&AccessExplain::name_space>},
                  {.name = "labels",
                   .value_name = "KEY=VALUE",
                   .help = "Labels to use in place of the labels of the resource",
                   .into = Into<&AccessExplain::labels>}},
      .example = "tctl access explain alice ssh root@web-1",
      .run = RunWith<RunExplain>};
}

}  // namespace sallyport
