#include "libresources/access/rights.h"

#include <array>

#include <fmt/ranges.h>

namespace sallyport {
namespace {

constexpr std::array<std::string_view, 10> kVerbs{"list",   "read",   "readnosecrets", "create", "update",
                                                  "delete", "rotate", "use",           "enroll", "create_enroll_token"};

std::string TextOf(const KubeRule& rule) {
  if (rule.index < 0) return "everything but pods";  // implied by old roles
  std::string text = fmt::format("{} {}", fmt::join(rule.verbs, ","), rule.kind);
  if (!rule.api_group.empty() && rule.api_group != "*") text += "." + rule.api_group;
  if (rule.name != "*") text += "/" + rule.name;
  if (!rule.kube_namespace.empty() && rule.kube_namespace != "*") text += " in " + rule.kube_namespace;
  return text;
}

// One entry of a role may expand to several rules; the first rule has the text of the entry. Rules that every user has
// in a cluster are skipped.
void AddRules(const std::vector<KubeRule>& rules, std::set<std::string>& texts) {
  const KubeRule* before = nullptr;
  for (const KubeRule& rule : rules) {
    const bool same = before != nullptr && before->role == rule.role && before->index == rule.index;
    if (!same && rule.kind != kSelfReview) texts.insert(TextOf(rule));
    before = &rule;
  }
}

void AddKubeRights(const AccessChecker& checker, const Labels& labels, Rights& rights) {
  const auto principals = checker.CheckKubeGroupsAndUsers(checker.AdjustSessionTtl(kKubeSession), labels);
  if (principals) {
    for (const std::string& group : principals->groups) rights.may.insert("in group " + group);
    for (const std::string& user : principals->users) rights.may.insert("as user " + user);
  }
  const KubeAccess inside = checker.KubeAccessTo(labels);
  AddRules(inside.allowed(), rights.may);
  AddRules(inside.denied(), rights.may_not);
}

}  // namespace

Rights RightsOn(const AccessChecker& checker, const ResourceAccess& access, std::string_view kind,
                const Labels& labels) {
  Rights rights;
  if (kind == "node") {
    for (const std::string& login : access.LoginsFor(labels)) rights.may.insert("ssh as " + login);
    return rights;
  }
  const auto decision = access.Decide(labels, {});
  if (!decision || !decision->allowed()) return rights;
  rights.may.insert("reach");
  if (kind == "kube_cluster") AddKubeRights(checker, labels, rights);
  return rights;
}

Rights RightsOnKind(const AccessChecker& checker, std::string_view kind) {
  Rights rights;
  for (const std::string_view verb : kVerbs) {
    if (checker.GuessRule(kind, verb)) rights.may.insert(std::string(verb));
  }
  if (rights.may.contains("read")) rights.may.erase("readnosecrets");  // "read" includes "readnosecrets"
  return rights;
}

}  // namespace sallyport
