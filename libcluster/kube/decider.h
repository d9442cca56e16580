// Who decides what becomes of requests to Kubernetes. Where the cluster's state is, roles do (role_decider.h); an agent
// on another host does what the proxy has decided (proxy_decider.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/kube/decided_request.h"
#include "libcluster/kube/identified_request.h"
#include "libcluster/net/http.h"

namespace sallyport {

// A request as it came.
struct KubeCall {
  std::string_view method;
  std::string_view target;
  const HttpHeaders& headers;
  const std::vector<std::string>& chain_pem;  // of the connection's client certificate
  const std::string& remote_address;
  const std::string& cluster;  // of a connection that is for one alone; or ""
};

// Safe from several threads.
class KubeDecider {
 public:
  virtual ~KubeDecider() = default;

  // Returns why no request can be taken now.
  virtual Status Ready() = 0;
  // Tells who asks for what of which cluster. kAccessDenied for a certificate that is refused and a cluster out of
  // reach, kNotFound for an unknown one.
  virtual Result<IdentifiedKubeRequest> Identify(const KubeCall& call) = 0;
  // Decides a request that has been identified; there is no other way to a decided one. kAccessDenied for everything
  // that is refused, kNotFound for a user without Kubernetes principals.
  virtual Result<DecidedKubeRequest> Authorize(const HttpHeaders& headers, IdentifiedKubeRequest asked) = 0;
  // Decides the request to delete one object of a collection: it goes as whom the roles that reach the object say.
  // Fails as Authorize does.
  virtual Result<DecidedKubeRequest> AuthorizeDelete(const HttpHeaders& headers, const DecidedKubeRequest& collection,
                                                     std::string_view kube_namespace, std::string_view name) = 0;
  // Returns whether what a caller began may go on: their certificate has not expired, and no lock names them.
  virtual bool StillAllowed(const Caller& caller) = 0;
  // Tells the audit log of a request that was answered, and of sessions.
  virtual void AuditRequest(const DecidedKubeRequest& decided, std::string_view method, int http_status) = 0;
  virtual void AuditSession(const DecidedKubeRequest& decided, const AuditType& type) = 0;
};

}  // namespace sallyport
