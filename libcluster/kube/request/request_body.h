// Reads the bodies of Kubernetes requests, as JSON, YAML or Kubernetes' protobuf: the name of a created object, and the
// access reviews of `kubectl auth can-i` with their answer (authorization.k8s.io).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/access/kube_access.h"

namespace sallyport {

// Returns metadata.name of an object; "" when the server generates the name. Fails with kBadParameter when the body
// cannot be read or is ambiguous: a key or field occurs twice, the Content-Type is unknown.
Result<std::string> ReadObjectName(std::string_view body, std::string_view content_type);

// A SelfSubjectAccessReview.
struct AccessReview {
  bool about_resource = false;  // false: about a path, which roles do not govern
  KubeRequest request;
  std::string version;
  std::string subresource;
};
// Reads a review. Fails with kBadParameter when the body cannot be read.
Result<AccessReview> ReadAccessReview(std::string_view body, std::string_view content_type);

// Returns the review with the status "denied" and a reason; as protobuf when `protobuf` says so.
std::string DeniedReview(const AccessReview& review, std::string_view reason, bool protobuf);

inline constexpr std::string_view kKubeProtobuf = "application/vnd.kubernetes.protobuf";

}  // namespace sallyport
