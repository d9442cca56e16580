// A Kubernetes request that has been identified: who asks for what of which cluster. What becomes of it is not decided
// yet (decided_request.h).
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
  KubeRequestInfo info;                      // has the path and query that go on
  std::shared_ptr<const KubeAccess> access;  // what the roles say of objects there; null where the proxy decides
  // Whom the API server is told that the request is from.
  std::string forwarded_for;
  std::string forwarded_host;

  // Returns whether something inside of the cluster is out of the roles' reach.
  bool IsRestricted() const { return access && !access->ReachesAll(); }
  // Returns whether this side answers what somebody may do, as far as the roles know it.
  bool IsAccessReview() const { return access && info.is_understood && info.IsAccessReview(); }
  // Returns whether only a part of a collection is to be deleted, which is listed first.
  bool DeletesSome() const { return info.request.verb == "deletecollection" && IsRestricted(); }
  // Returns whether the roles can decide only when they know if the resource has namespaces, which its server knows.
  bool NeedsScope() const;
  // Returns whether the roles can decide only when they know the name in the body.
  bool NeedsObjectName() const;
};

// Returns why the roles refuse a request, in the words of Kubernetes with a hint. The request has `access`.
std::string ForbiddenText(const IdentifiedKubeRequest& asked);

}  // namespace sallyport
