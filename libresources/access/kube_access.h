// Decides which objects inside a Kubernetes cluster the roles of a user reach (kubernetes_resources).
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

// A request to the Kubernetes API, parsed from its path. `resource` is the plural name ("pods").
struct KubeRequest {
  std::string verb;  // get, list, watch, create, update, patch, delete, deletecollection, exec, portforward
  std::string api_group;
  std::string resource;
  std::string kube_namespace;  // empty for objects outside of namespaces and requests over all of them
  std::string name;            // empty for list, watch and deletecollection
  bool cluster_wide = false;   // the resource has no namespaces
};

// A rule in normalized form: plural names and API groups, whatever the role's version.
struct KubeRule {
  std::string kind;
  std::string api_group;
  std::string kube_namespace;
  std::string name;
  std::vector<std::string> verbs;
  const types::RoleV6* role = nullptr;  // the role with the rule
  int index = -1;                       // of its kubernetes_resources; -1: implied by the role
};

// The resource that every user of a cluster may create, to ask about their own access.
inline constexpr std::string_view kSelfReview = "selfsubjectaccessreviews";

// Returns the rules of a role; the rules refer to the role. Allow rules contain kSelfReview.
std::vector<KubeRule> KubeRules(const types::RoleV6& role, RoleCondition condition);

// Returns whether one rule covers a request for one object.
Result<bool> KubeRulesMatch(const KubeRequest& request, std::span<const KubeRule> rules, RoleCondition condition);

enum class KubeDecision {
  kDeny,
  kAllow,
  kFilter,  // a list: pass it on and remove what MayReach refuses from the answer
};

// Decides requests for one cluster. Holds the rules of the roles whose labels match the cluster (access.h selects
// them); the roles must outlive this object. Thread-safe.
class KubeAccess {
 public:
  KubeAccess(std::vector<KubeRule> allow, std::vector<KubeRule> deny)
      : allow_(std::move(allow)), deny_(std::move(deny)) {}

  // Decides a request. Wrong expressions in rules deny.
  KubeDecision Decide(const KubeRequest& request) const;
  // Returns the rule that decides a request; for a list, a rule that could cover some of the objects (to allow) or
  // covers all (to deny).
  Result<Decision> Explain(const KubeRequest& request) const;
  // Returns whether one object may be reached with the request's verb: for filtering a list's items.
  bool MayReach(const KubeRequest& request) const;
  // Returns whether a verb is allowed (kubectl auth can-i): on the named object, else on any object of the namespace;
  // without a namespace, on objects in every namespace.
  bool MayDo(const KubeRequest& request) const;
  // Returns whether every object is within reach.
  bool ReachesAll() const;
  const std::vector<KubeRule>& allowed() const { return allow_; }
  const std::vector<KubeRule>& denied() const { return deny_; }

 private:
  std::vector<KubeRule> allow_;
  std::vector<KubeRule> deny_;
};

}  // namespace sallyport
