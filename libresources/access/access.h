// Decides what a user may do. An AccessChecker combines the user's roles, with their templates applied, and answers
// every access question; it is immutable and thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libresources/access/decision.h"
#include "libresources/access/kube_access.h"
#include "libresources/access/resource_access.h"
#include "libresources/matching/labels.h"
#include "libresources/matching/templates.h"

namespace types {
class RoleV6;
class UserV2;
}  // namespace types

namespace sallyport {

// The values that the `where` condition of a rule can read; a null value reads as an empty value.
struct RuleContext {
  Value resource;          // the resource in its JSON form, for resource.*
  Value session;           // for session.*
  Value ssh_session;       // for ssh_session.*
  Value session_tracker;   // for session_tracker.*
  Value host_cert;         // for host_cert.*
  Value impersonate_user;  // for impersonate_user.*
  Value impersonate_role;  // for impersonate_role.*
  std::string ca_type;     // for system.catype()
  bool can_view = false;   // for can_view()
};

RoleMatcher KubeObjectMatcher(KubeRequest request);

// The length of a session with a Kubernetes cluster, unless roles shorten it.
inline constexpr Nanoseconds kKubeSession = std::chrono::hours(1);

// Ports that a session may forward.
enum class PortForwarding { kOff, kLocal, kRemote, kOn };

struct CertExtension {
  std::string name;
  std::string value;
};

class AccessChecker {
 public:
  // Takes a user's roles and traits. Templates in the roles are applied here; the implicit role is added.
  AccessChecker(std::string user, TraitMap traits, std::vector<std::shared_ptr<const types::RoleV6>> roles);

  const std::string& user() const { return user_; }
  const TraitMap& traits() const { return traits_; }
  // Returns the names of the roles, without the implicit one.
  std::vector<std::string> RoleNames() const;
  bool HasRole(std::string_view name) const;
  // Returns the roles with templates applied, the implicit one last.
  std::span<const std::shared_ptr<const types::RoleV6>> roles() const { return roles_; }

  // Decides by the rules of the roles (resources and verbs), deny rules first. Without a context, a rule whose
  // condition cannot be decided counts as allowing. A condition that cannot be evaluated is an error, which denies.
  Result<Decision> DecideRule(std::string_view kind, std::string_view verb, const RuleContext* context) const;
  // Fails with kAccessDenied and Teleport's message when no rule allows, or one denies.
  Status CheckRule(std::string_view kind, std::string_view verb, const RuleContext& context = {}) const;
  // Works as CheckRule, for a check before the resource is known.
  Status GuessRule(std::string_view kind, std::string_view verb) const;
  // Works as CheckRule, for all resources of a kind at once: a rule with a condition does not allow that, and a deny
  // rule refuses it whatever its condition.
  Status CheckWholeRule(std::string_view kind, std::string_view verb) const;
  // Returns whether a deny rule matches, so that no other grant may allow the verb.
  bool RuleDenies(std::string_view kind, std::string_view verb, const RuleContext& context = {}) const;

  // Returns the access by labels to a kind ("node", "kube_cluster", "app", ...), for checks of many resources. The
  // result refers to the checker.
  ResourceAccess AccessTo(std::string_view kind) const { return {kind, roles_, traits_}; }
  // Checks the access to one resource. Fails with kAccessDenied; when only a check of the user is missing, the message
  // is kSessionMfaRequired or kTrustedDeviceRequired.
  Status CheckResourceAccess(std::string_view kind, const Labels& labels, const AccessState& state,
                             std::span<const RoleMatcher> matchers = {}) const;
  static constexpr std::string_view kSessionMfaRequired = "access to resource requires MFA";
  static constexpr std::string_view kTrustedDeviceRequired = "access to resource requires a trusted device";

  // Returns the logins that a certificate of lifetime `ttl` may carry. Fails with kAccessDenied when no role admits the
  // lifetime, or when roles could give logins but this user has none; an only-Kubernetes user gets one unusable login.
  Result<std::vector<std::string>> CheckLogins(Nanoseconds ttl) const;

  struct KubePrincipals {
    std::vector<std::string> groups;
    std::vector<std::string> users;
  };
  // Returns the Kubernetes groups and users of those roles that reach a cluster with these labels and admit the
  // lifetime; `request` narrows them to roles that allow the request. Fails with kAccessDenied when no role admits the
  // lifetime, kNotFound when nothing is left.
  Result<KubePrincipals> CheckKubeGroupsAndUsers(Nanoseconds ttl, const Labels& cluster_labels,
                                                 const KubeRequest* request = nullptr) const;
  // Works as CheckKubeGroupsAndUsers over all clusters, for the user's certificate.
  Result<KubePrincipals> AllKubeGroupsAndUsers(Nanoseconds ttl) const;
  // The names of the user in databases and clouds; every certificate of a user carries all of them.
  struct ExternalNames {
    std::vector<std::string> database_names;
    std::vector<std::string> database_users;
    std::vector<std::string> aws_role_arns;
    std::vector<std::string> azure_identities;
    std::vector<std::string> gcp_service_accounts;
  };
  // Returns the names that roles admitting the lifetime allow and no role denies, sorted.
  ExternalNames ExternalNamesFor(Nanoseconds ttl) const;

  // Returns the access to the objects inside a cluster: the allow rules of roles that reach the cluster, and all deny
  // rules.
  KubeAccess KubeAccessTo(const Labels& cluster_labels) const;

  // Checks impersonation: fails with kAccessDenied unless a role of the user allows the other user and each of the
  // other user's roles.
  Status CheckImpersonate(const types::UserV2& current, const types::UserV2& other,
                          std::span<const std::shared_ptr<const types::RoleV6>> other_roles) const;
  // Works as CheckImpersonate, for roles alone (bots).
  Status CheckImpersonateRoles(const types::UserV2& current,
                               std::span<const std::shared_ptr<const types::RoleV6>> roles) const;
  bool CanImpersonateSomeone() const;

  // Return options combined from all roles. Arguments are the settings of the cluster.
  Nanoseconds AdjustSessionTtl(Nanoseconds requested) const;
  Nanoseconds AdjustClientIdleTimeout(Nanoseconds cluster) const;  // 0 is off
  bool AdjustDisconnectExpiredCert(bool cluster) const;
  std::string LockingMode(std::string_view cluster) const;  // best_effort or strict
  std::int64_t MaxConnections() const;                      // 0 is unlimited
  std::int64_t MaxSessions() const;
  std::int64_t MaxKubernetesConnections() const;
  bool CanForwardAgent(std::string_view login) const;
  PortForwarding PortForwardingMode() const;
  bool PermitX11Forwarding() const;
  bool CanCopyFiles() const;
  bool PinSourceIp() const;
  std::string CertificateFormat() const;  // standard or oldssh
  std::vector<CertExtension> CertExtensions() const;
  std::string SessionRecordingMode() const;  // of SSH sessions: best_effort or strict
  // Returns the name of a role whose record_session.default is strict, or "".
  std::string RoleWithStrictRecording() const;
  std::set<std::string> EnhancedRecording() const;
  AccessState::Mfa RequiredMfa(bool cluster_requires) const;
  // Returns the strictest private key policy ("none", "hardware_key", "hardware_key_touch", ...).
  std::string PrivateKeyPolicy(std::string_view cluster) const;

 private:
  Value ConditionFields(const RuleContext& context) const;
  Result<KubePrincipals> KubePrincipalsOf(Nanoseconds ttl, std::span<const RoleMatcher> matchers) const;

  std::string user_;
  TraitMap traits_;
  std::vector<std::shared_ptr<const types::RoleV6>> roles_;
};

// Returns a role with the templates of its fields applied for a user's traits.
std::shared_ptr<const types::RoleV6> ApplyTraits(const types::RoleV6& role, const TraitMap& traits);

}  // namespace sallyport
