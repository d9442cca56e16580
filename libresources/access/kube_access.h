// Which objects inside of a Kubernetes cluster a user's roles reach (kubernetes_resources).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/access/decision.h"
#include "libresources/matching/labels.h"

namespace types {
class RoleV6;
}  // namespace types

namespace sallyport {

// A request of the Kubernetes API, as its path says it. `resource` is the plural name ("pods").
struct KubeRequest {
  std::string verb;  // get, list, watch, create, update, patch, delete, deletecollection, exec, portforward
  std::string api_group;
  std::string resource;
  std::string kube_namespace;  // empty for objects outside of namespaces and requests over all of them
  std::string name;            // empty for list, watch and deletecollection
  bool cluster_wide = false;   // the resource has no namespaces
};

// A rule in the form that is evaluated: plural names and API groups, whatever the role's version.
struct KubeRule {
  std::string kind;
  std::string api_group;
  std::string kube_namespace;
  std::string name;
  std::vector<std::string> verbs;
  const types::RoleV6* role = nullptr;  // that says it
  int index = -1;                       // of its kubernetes_resources; -1: what a role gives without saying so
};

// What everybody may ask of a cluster that is reached: what is allowed there.
inline constexpr std::string_view kSelfReview = "selfsubjectaccessreviews";

// Returns a role's rules, which refer to it. Allow rules contain kSelfReview.
std::vector<KubeRule> KubeRules(const types::RoleV6& role, RoleCondition condition);

// Returns whether one rule covers a request for one object.
Result<bool> KubeRulesMatch(const KubeRequest& request, std::span<const KubeRule> rules, RoleCondition condition);

enum class KubeDecision {
  kDeny,
  kAllow,
  kFilter,  // a list: pass it on and remove what MayReach refuses from the answer
};

// Decides requests for one cluster. Holds the rules of those roles whose labels match the cluster (access.h selects
// them), which must outlive it to be named; safe from several threads.
class KubeAccess {
 public:
  KubeAccess(std::vector<KubeRule> allow, std::vector<KubeRule> deny)
      : allow_(std::move(allow)), deny_(std::move(deny)) {}

  // Decides a request. Wrong expressions in rules deny.
  KubeDecision Decide(const KubeRequest& request) const;
  // Says which rule decides it; of a list, one that could cover some of its objects (to allow) or covers all (to deny).
  Result<Decision> Explain(const KubeRequest& request) const;
  // Returns whether one object may be reached with the request's verb: for filtering a list's items.
  bool MayReach(const KubeRequest& request) const;
  // Answers the question whether something may be done (kubectl auth can-i): to the object that is named, else to any
  // object of the namespace; without a namespace, to objects in every one.
  bool MayDo(const KubeRequest& request) const;
  // Returns whether no object is out of reach.
  bool ReachesAll() const;
  const std::vector<KubeRule>& allowed() const { return allow_; }
  const std::vector<KubeRule>& denied() const { return deny_; }

 private:
  std::vector<KubeRule> allow_;
  std::vector<KubeRule> deny_;
};

}  // namespace sallyport
