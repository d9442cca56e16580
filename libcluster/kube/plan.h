// What becomes of a Kubernetes request, decided before a byte of it goes on: which cluster, as whom, with which
// headers, and whether the answer must be filtered.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/impersonation.h"
#include "libcluster/kube/request_info.h"
#include "libcluster/net/http.h"
#include "libresources/kube_access.h"
#include "libresources/labels.h"

namespace sallyport {

// A cluster that this process serves.
struct KubeClusterInfo {
  std::string name;
  Labels labels;
};

struct KubePlan {
  std::shared_ptr<const Caller> caller;
  std::string cluster;
  std::string path;   // without the routing prefix
  std::string query;  // without the "?"
  KubeRequestInfo info;
  Impersonation as;
  std::shared_ptr<const KubeAccess> filter;  // set when the answer must be filtered
  // What the audit log has of the roles' grants.
  std::vector<std::string> kubernetes_users;
  std::vector<std::string> kubernetes_groups;
  Labels labels;

  // Whether the request may last: a watch, a followed log, a tunnel.
  bool IsLong() const;
};

class KubePlanner {
 public:
  KubePlanner(AuthServer& auth, std::vector<KubeClusterInfo> clusters) : auth_(auth), clusters_(std::move(clusters)) {}

  // Decides a request of a connection with this certificate chain. kAccessDenied for everything that is refused,
  // kNotFound for an unknown cluster or a user without Kubernetes principals.
  Result<KubePlan> Plan(std::string_view method, std::string_view target, const HttpHeaders& headers,
                        const std::vector<std::string>& chain_pem, const std::string& remote_address) const;

 private:
  Result<const KubeClusterInfo*> FindCluster(const Caller& caller, KubePlan& plan) const;
  Status Authorize(const KubeClusterInfo& cluster, const HttpHeaders& headers, KubePlan& plan) const;

  AuthServer& auth_;
  const std::vector<KubeClusterInfo> clusters_;
};

// The body of a refusal: a Kubernetes Status, as kubectl prints it.
std::string KubeStatusJson(const Error& error);
int KubeHttpStatus(const Error& error);

// The audit event of a request that was answered.
AuditEvent KubeRequestEvent(const AuthServer& auth, const KubePlan& plan, std::string_view method, int status);

}  // namespace sallyport
