// Authorizes requests to Kubernetes. The auth service's process decides by roles (role_decider.h); an agent on another
// host follows the proxy's decision (proxy_decider.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/identified_request.h"
#include "libcluster/net/http.h"

namespace sallyport {

// A request as received.
struct KubeCall {
  std::string_view method;
  std::string_view target;
  const HttpHeaders& headers;
  const std::vector<std::string>& chain_pem;  // of the connection's client certificate
  const std::string& remote_address;
  const std::string& cluster;  // of a connection for one cluster alone; or ""
};

// Safe from several threads.
class KubeDecider {
 public:
  virtual ~KubeDecider() = default;

  // Returns an error while no request can be accepted.
  virtual Status Ready() = 0;
  // Identifies the caller, the cluster and the action. Fails with kAccessDenied for a refused certificate or a cluster
  // that the roles do not allow, kNotFound for an unknown cluster.
  virtual Result<IdentifiedKubeRequest> Identify(const KubeCall& call) = 0;
  // Authorizes an identified request; only a decider makes decided requests. Fails with kAccessDenied for every
  // refusal, kNotFound for a user without Kubernetes principals.
  virtual Result<DecidedKubeRequest> Authorize(const HttpHeaders& headers, IdentifiedKubeRequest asked) = 0;
  // Authorizes the deletion of one object of a collection, with the principals of the roles that allow the object.
  // Fails as Authorize does.
  virtual Result<DecidedKubeRequest> AuthorizeDelete(const HttpHeaders& headers, const DecidedKubeRequest& collection,
                                                     std::string_view kube_namespace, std::string_view name) = 0;
  // Returns whether a caller's session may continue: the certificate has not expired and no lock names the caller.
  virtual bool StillAllowed(const Caller& caller) = 0;
  // Write audit events of an answered request and of a session.
  virtual void AuditRequest(const DecidedKubeRequest& decided, std::string_view method, int http_status) = 0;
  virtual void AuditSession(const DecidedKubeRequest& decided, const AuditType& type) = 0;
};

}  // namespace sallyport
