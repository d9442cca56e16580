// An identified Kubernetes request: caller, cluster and action. It is not authorized (decided_request.h).
#pragma once

#include <memory>
#include <string>

#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/request/request_info.h"
#include "libresources/access/kube_access.h"

namespace sallyport {

struct IdentifiedKubeRequest {
  std::shared_ptr<const Caller> caller;
  std::string cluster;
  std::shared_ptr<const KubeClusterInfo> target;
  KubeRequestInfo info;                      // has the path and query to forward
  std::shared_ptr<const KubeAccess> access;  // the roles' rules for objects; null where the proxy decides
  // The client's address and host for the forwarding headers.
  std::string forwarded_for;
  std::string forwarded_host;

  // Returns whether the roles do not allow every object of the cluster.
  bool IsRestricted() const { return access && !access->ReachesAll(); }
  // Returns whether the request is an access review that the roles may answer.
  bool IsAccessReview() const { return access && info.is_understood && info.IsAccessReview(); }
  // Returns whether the request deletes only a part of a collection; the collection is listed first.
  bool DeletesSome() const { return info.request.verb == "deletecollection" && IsRestricted(); }
  // Returns whether the decision depends on the resource having namespaces; only the API server knows.
  bool NeedsScope() const;
  // Returns whether the decision depends on the object's name in the body.
  bool NeedsObjectName() const;
};

// Returns the reason why the roles refuse a request, in Kubernetes' wording with a hint. The request must have
// `access`.
std::string ForbiddenText(const IdentifiedKubeRequest& asked);

}  // namespace sallyport
