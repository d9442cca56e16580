// Parses the method and target of a Kubernetes API request as Kubernetes does (k8s.io/apiserver, NewRequestInfo): into
// the verb and the object for roles and the audit log (docs/protocol/services.md#kubernetes-verbs-and-resources), and
// the canonical form in which the request is forwarded.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/kube/request/request_target.h"
#include "libresources/access/kube_access.h"

namespace sallyport {

struct KubeRequestInfo {
  std::string path;      // in canonical form, without a query
  std::string query;     // in canonical form, without the "?"; of a proxied request as it was sent
  KubeQuery parameters;  // of the query; empty for a proxied request

  KubeRequest request;        // verb, group, plural resource, namespace, name
  std::string api_version;    // "v1"
  std::string subresource;    // "exec", "log"; empty for the object itself
  bool is_resource = false;   // false for /version, /healthz, /api, /apis/GROUP and the like
  bool is_understood = true;  // false for methods and paths that Kubernetes is not known to serve
  bool is_discovery = false;  // /api and /apis: not in the audit log
  bool is_session = false;    // exec, attach, portforward: a tunnel with events of its own
  bool is_proxied = false;    // to the HTTP server of a pod, service or node

  // Returns whether the request is for the objects of a namespace or a cluster, not for one object.
  bool IsCollection() const;
  // Returns whether Kubernetes serves an upgrade to another protocol at this target.
  bool MayUpgrade() const;
  // Returns whether the request opens a terminal in a container.
  bool IsInteractive() const;
  // Return whether the request asks for the user's own rights: for one action (kubectl auth can-i), or for all rules
  // (can-i --list).
  bool IsAccessReview() const;
  bool IsRulesReview() const;
  // Returns "pods", "pods/exec": the form of the audit log.
  std::string ResourceKind() const;
  // "v1", "apps/v1".
  std::string GroupVersion() const;
};

// Reads a request. A request that Kubernetes does not serve is no error (is_understood is false). `cluster_wide` of
// custom resources is unknown, and false. Fails with kBadParameter for a query that KubeQuery refuses, and for a
// percent sign in a name.
Result<KubeRequestInfo> ReadKubeRequest(std::string_view method, const KubeTarget& target);

}  // namespace sallyport
