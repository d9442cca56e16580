// Authorizes Kubernetes requests by the roles of the cluster's users
// (docs/protocol/services.md#kubernetes-verbs-and-resources).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/identified_request.h"
#include "libcluster/kube/request/request_target.h"
#include "libcluster/net/http.h"

namespace sallyport {

// Safe from several threads.
class KubeAuthorizer {
 public:
  // `auth` must outlive it.
  KubeAuthorizer(AuthServer& auth, FindKubeCluster find) : auth_(auth), find_(std::move(find)) {}

  // Identifies the caller, the cluster and the action of a request on a connection with this certificate chain. Fails
  // with kAccessDenied for a refused certificate or a cluster that the roles do not allow, kNotFound for an unknown
  // cluster, kBadParameter for an ambiguous target.
  Result<IdentifiedKubeRequest> Identify(std::string_view method, std::string_view target,
                                         const std::vector<std::string>& chain_pem,
                                         const std::string& remote_address) const;
  // Authorizes an identified request. Fails with kAccessDenied for every refusal, kNotFound for a user without
  // Kubernetes principals.
  Result<DecidedKubeRequest> Authorize(const HttpHeaders& headers, IdentifiedKubeRequest asked) const;
  // Authorizes the deletion of one object of a collection, with the principals of the roles that allow the object.
  // Fails as Authorize does.
  Result<DecidedKubeRequest> AuthorizeDelete(const HttpHeaders& headers, const DecidedKubeRequest& collection,
                                             std::string_view kube_namespace, std::string_view name) const;

 private:
  struct Destination {
    std::string cluster;
    std::shared_ptr<const KubeClusterInfo> info;
  };
  Result<Destination> FindCluster(const Caller& caller, KubeTarget& target) const;
  Status CheckCluster(const IdentifiedKubeRequest& asked) const;
  Status CheckSession(const HttpHeaders& headers, const IdentifiedKubeRequest& asked) const;
  Status ChoosePrincipals(const HttpHeaders& headers, const KubeRequest* request, DecidedKubeRequest& decided) const;

  AuthServer& auth_;
  const FindKubeCluster find_;
};

}  // namespace sallyport
