// The command tctl plan: shows the users who gain and lose access by `tctl create -f` of the same files.
#include <algorithm>
#include <iterator>

#include <fmt/ranges.h>

#include "libresources/access/rights.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tools/tctl/access_snapshot.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/comparison.h"
#include "tools/tctl/documents.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct PlanOptions {
  ComparedOptions compared;
  bool exit_code = false;
};

// The rights of a user in one state: on each resource, and on each kind.
using RightsOfUser =
    std::map<std::pair<std::string, std::string>, Rights>;  // by kind and name; without a name, for the kind

// Returns the kinds that rules of roles name, in both states.
std::set<std::string> KindsWithRules(const AccessSnapshot& snapshot) {
  std::set<std::string> kinds;
  for (const KindRow& row : Kinds()) kinds.emplace(row.kind);
  for (const auto& [name, role] : snapshot.roles) {
    for (const auto* part : {&role->spec().allow(), &role->spec().deny()}) {
      for (const auto& rule : part->rules()) kinds.insert(rule.resources().begin(), rule.resources().end());
    }
  }
  kinds.erase("*");
  return kinds;
}

RightsOfUser RightsOf(const AccessSnapshot& snapshot, const std::string& user, const std::set<std::string>& kinds) {
  RightsOfUser rights;
  const auto found = snapshot.users.find(user);
  // A new user is compared with a user without roles, since rights that every user has are no change.
  const AccessChecker checker =
      found == snapshot.users.end() ? AccessChecker(user, {}, {}) : snapshot.CheckerOf(*found->second);
  std::map<std::string, ResourceAccess> access;
  for (const Reachable& resource : snapshot.resources) {
    const auto [of_kind, is_new] = access.try_emplace(resource.kind, checker.AccessTo(resource.kind));
    rights[{resource.kind, resource.name}] = RightsOn(checker, of_kind->second, resource.kind, resource.labels);
  }
  for (const std::string& kind : kinds) rights[{kind, ""}] = RightsOnKind(checker, kind);
  return rights;
}

std::set<std::string> Without(const std::set<std::string>& all, const std::set<std::string>& some) {
  std::set<std::string> rest;
  std::ranges::set_difference(all, some, std::inserter(rest, rest.end()));
  return rest;
}

Value Both(std::set<std::string> some, const std::set<std::string>& more) {
  some.insert(more.begin(), more.end());
  return Value::Strings({some.begin(), some.end()});
}

// Adds a row for each resource on which a user's rights differ. A right that is no longer denied counts as gained.
void AddDifferences(const std::string& user, RightsOfUser before, const RightsOfUser& after, Value::List& rows) {
  for (const auto& [key, now] : after) {
    const Rights was = before[key];
    before.erase(key);
    if (was == now) continue;
    Value& row = rows.emplace_back(Value::EmptyMap());
    row.Set("user", user);
    row.Set("kind", key.first);
    if (!key.second.empty()) row.Set("name", key.second);
    row.Set("gains", Both(Without(now.may, was.may), Without(was.may_not, now.may_not)));
    row.Set("loses", Both(Without(was.may, now.may), Without(now.may_not, was.may_not)));
  }
}

// Returns the changed roles.
std::set<std::string> ChangedRoles(const AccessSnapshot& before, const AccessSnapshot& after) {
  std::set<std::string> changed;
  for (const auto& [name, role] : after.roles) {
    const auto was = before.roles.find(name);
    if (was == before.roles.end() || was->second != role) changed.insert(name);
  }
  return changed;
}

Value AccessChanges(const AccessSnapshot& before, const AccessSnapshot& after) {
  std::set<std::string> kinds = KindsWithRules(before);
  kinds.merge(KindsWithRules(after));
  const std::set<std::string> roles = ChangedRoles(before, after);
  const bool same_resources = before.resources == after.resources;
  Value::List rows;
  for (const auto& [name, user] : after.users) {
    const auto was = before.users.find(name);
    const bool same_user = was != before.users.end() && was->second == user;
    const auto& held = user->spec().roles();
    const bool same_roles =
        std::none_of(held.begin(), held.end(), [&](const auto& role) { return roles.contains(role); });
    if (same_user && same_roles && same_resources) continue;
    AddDifferences(name, RightsOf(before, name, kinds), RightsOf(after, name, kinds), rows);
  }
  return Value(std::move(rows));
}

std::string Joined(const Value& list) {
  std::vector<std::string_view> texts;
  for (const Value& item : list.as_list()) texts.push_back(item.as_string());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string PlanText(const Value& plan) {
  std::string text = ComparisonText(*plan.Find("changes"));
  const auto& rows = plan.Find("access")->as_list();
  if (rows.empty()) return text + "\nno user gains or loses access\n";
  text += "\naccess:\n";
  for (const Value& row : rows) {
    const Value* const name = row.Find("name");
    std::string subject = row.Find("kind")->as_string();
    if (name != nullptr) subject += " " + name->as_string();
    for (const auto& [key, sign] : {std::pair("loses", '-'), std::pair("gains", '+')}) {
      const Value& list = *row.Find(key);
      if (list.as_list().empty()) continue;
      text += fmt::format("  {} {} {} {}: {}\n", sign, row.Find("user")->as_string(), key, subject, Joined(list));
    }
  }
  return text;
}

Result<Output> RunPlan(const Invocation& invocation, const PlanOptions& given) {
  std::vector<std::string> notices;
  ASSIGN_OR_RETURN(const auto resources, ResourcesToCompare(given.compared, notices));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(Comparison comparison, CompareWithCluster(invocation, *rpc, resources));
  AccessSnapshot before;
  for (const auto read : {ReadRoles, ReadUsers, ReadResources}) RETURN_IF_ERROR(read(*rpc, before));
  AccessSnapshot after = before;
  for (const Resource& resource : resources) after.Apply(resource);
  Value plan = Value::EmptyMap();
  plan.Set("changes", std::move(comparison.rows));
  const Value& access = plan.Set("access", AccessChanges(before, after));
  const bool differs = !access.as_list().empty();
  Output output = Output::Of(std::move(plan), PlanText);
  output.notices = std::move(notices);
  if (!comparison.notice.empty()) output.notices.push_back(std::move(comparison.notice));
  if (differs && given.exit_code) output.exit_code = 1;
  return output;
}

}  // namespace

Command PlanCommand() {
  return {.path = "plan",
          .summary = "Show what tctl create -f would change, and which users would gain or lose access",
          .arguments = {kComparedFiles<&PlanOptions::compared>},
          .options = {kComparedFileOption<&PlanOptions::compared>,
                      kValidateOption<&PlanOptions::compared, &ComparedOptions::validate>,
                      {.name = "exit-code",
                       .help = "Exit with 1 when a user would gain or lose access",
                       .into = Into<&PlanOptions::exit_code>}},
          .example = "tctl plan -f roles/",
          .run = RunWith<RunPlan>};
}

}  // namespace sallyport
