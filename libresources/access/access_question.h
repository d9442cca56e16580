// One question of access, whatever it is about: who asks it wants the answer and all that is behind it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libresources/access/access.h"

namespace sallyport {

struct AccessQuestion {
  // "node", "kube_cluster", "app", "db", ...: reached by labels. Anything else with a verb: a rule.
  std::string kind;
  Labels labels;
  std::string login;                  // of a node; "": any
  std::optional<KubeRequest> object;  // inside of a Kubernetes cluster
  std::string verb;                   // on a kind; not "": this is about rules
  Value resource;                     // that conditions of rules may ask
};

// What a role lacks to allow it.
struct Shortfall {
  std::string role;
  std::string field;  // "node_labels", "logins", "rules"
  int index = -1;
  std::string text;  // "env: prod" that the labels are not, "root" that the field does not name
};

struct AccessAnswer {
  Decision::Outcome outcome = Decision::Outcome::kNotAllowed;
  std::string role;  // that decided; "": none did
  RoleCondition condition = RoleCondition::kAllow;
  std::string field;
  int index = -1;
  std::vector<Shortfall> lacking;        // of the roles that do not allow, when none does; who lacks least comes first
  std::vector<std::string> kube_groups;  // that a Kubernetes cluster sees
  std::vector<std::string> kube_users;

  bool allowed() const { return outcome == Decision::Outcome::kAllowed; }
};

// Answers. An expression of a role that cannot be evaluated is an error, which denies.
Result<AccessAnswer> Ask(const AccessChecker& checker, const AccessQuestion& question);

}  // namespace sallyport
