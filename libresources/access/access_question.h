// Answers one access question of any kind, with the decision and all its reasons. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libresources/access/access.h"

namespace sallyport {

struct AccessQuestion {
  // "node", "kube_cluster", "app", "db", ... for access by labels; any other kind, with a verb, for access by rules.
  std::string kind;
  Labels labels;
  std::string login;                  // of a node; "": any
  std::optional<KubeRequest> object;  // inside of a Kubernetes cluster
  std::string verb;                   // on a kind; if set, the question is about rules
  Value resource;                     // that conditions of rules may read
};

// The missing part of a role that would have to allow the access.
struct Shortfall {
  std::string role;
  std::string field;  // "node_labels", "logins", "rules"
  int index = -1;
  std::string text;  // "env: prod" missing in the labels, "root" missing in the field
};

struct AccessAnswer {
  Decision::Outcome outcome = Decision::Outcome::kNotAllowed;
  std::string role;  // the role that decided; "": no role decided
  RoleCondition condition = RoleCondition::kAllow;
  std::string field;
  int index = -1;
  std::vector<Shortfall> lacking;        // set when no role allows; the role that lacks least comes first
  std::vector<std::string> kube_groups;  // of the user in the Kubernetes cluster
  std::vector<std::string> kube_users;

  bool allowed() const { return outcome == Decision::Outcome::kAllowed; }
};

// Answers the question. An expression of a role that cannot be evaluated is an error, which denies.
Result<AccessAnswer> Ask(const AccessChecker& checker, const AccessQuestion& question);

}  // namespace sallyport
