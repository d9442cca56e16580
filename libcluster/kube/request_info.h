// What a Kubernetes API request asks for, read from its method and path: the verb and the object that roles and the
// audit log speak of (services section 5.3).
#pragma once

#include <string>
#include <string_view>

#include "libresources/kube_access.h"

namespace sallyport {

struct KubeRequestInfo {
  KubeRequest request;        // verb, group, plural resource, namespace, name
  std::string api_version;    // "v1"
  std::string subresource;    // "exec", "log"; empty for the object itself
  bool is_resource = false;   // false for /version, /healthz, /api, /apis/GROUP and the like
  bool is_discovery = false;  // /api and /apis: not in the audit log
  bool is_session = false;    // exec, attach, portforward: a tunnel with events of its own

  // Whether it is for the objects of a namespace or a cluster, not for one.
  bool IsCollection() const;
  // Whether it asks what its user may do: one question (kubectl auth can-i), or for all rules (can-i --list).
  bool IsAccessReview() const;
  bool IsRulesReview() const;
  // "pods", "pods/exec": as the audit log has it.
  std::string ResourceKind() const;
  // "v1", "apps/v1".
  std::string GroupVersion() const;
};

// Never fails: what it does not know is no resource. Of custom resources `cluster_wide` is not known, and false. `path`
// and `query` are percent-encoded as sent.
KubeRequestInfo ParseKubeRequest(std::string_view method, std::string_view path, std::string_view query);

// Decodes %XX; what is not valid stays as it is.
std::string PercentDecode(std::string_view text);
// Returns the first value of a query parameter, decoded, or "".
std::string QueryParameter(std::string_view query, std::string_view name);
bool HasQueryParameter(std::string_view query, std::string_view name);

}  // namespace sallyport
