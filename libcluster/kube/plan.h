// What becomes of a Kubernetes request, decided before a byte of it goes on: which cluster, as whom, with which
// headers, and whether the answer must be filtered.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/impersonation.h"
#include "libcluster/kube/request/request_info.h"
#include "libcluster/kube/request/request_target.h"
#include "libcluster/net/http.h"
#include "libresources/access/kube_access.h"
#include "libresources/matching/labels.h"

namespace sallyport {

struct KubePlan {
  std::shared_ptr<const Caller> caller;
  std::string cluster;
  KubeRequestInfo info;  // has the path and query that go on
  std::shared_ptr<const KubeClusterInfo> target;
  std::shared_ptr<const KubeAccess> access;  // what the roles say of objects there; null where the proxy has decided
  Impersonation as;
  std::shared_ptr<const KubeAccess> filter;  // set when the answer must be filtered
  std::shared_ptr<const void> slot;          // of the requests that the user may have at a time; given back with it
  // Whom the API server is told that the request is from.
  std::string forwarded_for;
  std::string forwarded_host;
  // What the audit log has of the roles' grants.
  std::vector<std::string> kubernetes_users;
  std::vector<std::string> kubernetes_groups;
  Labels labels;

  // Whether the roles can decide only when they know if the resource has namespaces, which its server knows.
  bool NeedsScope() const;
  // Whether this side answers what somebody may do, as far as the roles know it.
  bool IsAccessReview() const { return access && info.is_understood && info.IsAccessReview(); }
  // Whether something inside of the cluster is out of the roles' reach.
  bool IsRestricted() const { return access && !access->ReachesAll(); }
  // Whether an object of the answer may be shown; only with a filter.
  bool MayShow(std::string_view kube_namespace, std::string_view name) const;
  // Whether the roles can decide only when they know the name in the body.
  bool NeedsObjectName() const;
};

class KubePlanner {
 public:
  KubePlanner(AuthServer& auth, FindKubeCluster find) : auth_(auth), find_(std::move(find)) {}

  // Tells who asks for what of which cluster, of a request on a connection with this certificate chain. kAccessDenied
  // for a certificate that is refused and a cluster out of reach, kNotFound for an unknown one, kBadParameter for a
  // target that is not in a form that everybody reads alike.
  Result<KubePlan> Identify(std::string_view method, std::string_view target, const std::vector<std::string>& chain_pem,
                            const std::string& remote_address) const;
  // Decides a request that has been identified. kAccessDenied for everything that is refused, kNotFound for a user
  // without Kubernetes principals.
  Status Authorize(const HttpHeaders& headers, KubePlan& plan) const;
  // Returns the plan to delete one object of a collection, as whom the roles that reach it say.
  Result<KubePlan> PlanDelete(const HttpHeaders& headers, const KubePlan& collection, std::string_view kube_namespace,
                              std::string_view name) const;

 private:
  Result<std::shared_ptr<const KubeClusterInfo>> FindCluster(const Caller& caller, KubeTarget& target,
                                                             KubePlan& plan) const;
  Status CheckCluster(const KubePlan& plan) const;
  Status CheckSession(const HttpHeaders& headers, const KubePlan& plan) const;
  Status ChoosePrincipals(const HttpHeaders& headers, const KubeRequest* request, KubePlan& plan) const;

  AuthServer& auth_;
  const FindKubeCluster find_;
};

// Why the roles refuse a request, in the words of Kubernetes with a hint.
std::string ForbiddenText(const KubePlan& plan);

}  // namespace sallyport
