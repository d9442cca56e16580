// What a Kubernetes API request asks for, read from its method and target as Kubernetes reads them
// (k8s.io/apiserver, NewRequestInfo): the verb and the object that roles and the audit log speak of
// (docs/protocol/services.md#kubernetes-verbs-and-resources), and the one form in which the request goes on.
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
  bool is_understood = true;  // false for methods and paths that Kubernetes does not serve, as far as is known
  bool is_discovery = false;  // /api and /apis: not in the audit log
  bool is_session = false;    // exec, attach, portforward: a tunnel with events of its own
  bool is_proxied = false;    // to what a pod, a service or a node serves itself

  // Whether it is for the objects of a namespace or a cluster, not for one.
  bool IsCollection() const;
  // Whether the connection may become another protocol: only where Kubernetes has something to talk to by it.
  bool MayUpgrade() const;
  // Whether it opens a terminal in a container.
  bool IsInteractive() const;
  // Whether it asks what its user may do: one question (kubectl auth can-i), or for all rules (can-i --list).
  bool IsAccessReview() const;
  bool IsRulesReview() const;
  // "pods", "pods/exec": as the audit log has it.
  std::string ResourceKind() const;
  // "v1", "apps/v1".
  std::string GroupVersion() const;
};

// Reads a request. What Kubernetes does not serve is not understood, which is no error. Of custom resources
// `cluster_wide` is not known, and false. kBadParameter for a query that KubeQuery refuses, and for a percent sign in a
// name.
Result<KubeRequestInfo> ReadKubeRequest(std::string_view method, const KubeTarget& target);

}  // namespace sallyport
