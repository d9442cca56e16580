// What a user may do, as texts that can be compared and shown: before a change and after it.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "libresources/access/access.h"

namespace sallyport {

struct Rights {
  std::set<std::string> may;      // "ssh as root", "in group edit", "get, list pods in shop"
  std::set<std::string> may_not;  // what is taken away from it: objects of a Kubernetes cluster that are denied

  bool operator==(const Rights& other) const = default;
};

// Returns what a user may do with one resource of a kind that labels make reachable.
Rights RightsOn(const AccessChecker& checker, const ResourceAccess& access, std::string_view kind,
                const Labels& labels);
// Returns the verbs that rules give on a kind; a rule with a condition counts.
Rights RightsOnKind(const AccessChecker& checker, std::string_view kind);

}  // namespace sallyport
