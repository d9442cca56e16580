// Describes the rights of a user as texts, to compare and show them before and after a change.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "libresources/access/access.h"

namespace sallyport {

struct Rights {
  std::set<std::string> may;      // "ssh as root", "in group edit", "get, list pods in shop"
  std::set<std::string> may_not;  // the exceptions: denied objects of a Kubernetes cluster

  bool operator==(const Rights& other) const = default;
};

// Returns the rights on one resource of a kind that roles reach by labels.
Rights RightsOn(const AccessChecker& checker, const ResourceAccess& access, std::string_view kind,
                const Labels& labels);
// Returns the verbs that rules give on a kind; a rule with a condition counts.
Rights RightsOnKind(const AccessChecker& checker, std::string_view kind);

}  // namespace sallyport
