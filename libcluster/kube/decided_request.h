// An authorized Kubernetes request, before a byte of it is forwarded: the principals that it is sent with, and the
// filter of its answer. Code that forwards, answers or audits requests accepts only this type.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libcluster/kube/identified_request.h"
#include "libcluster/kube/impersonation.h"
#include "libresources/access/kube_access.h"

namespace sallyport {

// A KubeDecider makes decided requests; no other code does.
struct DecidedKubeRequest {
  explicit DecidedKubeRequest(IdentifiedKubeRequest asked_in) : asked(std::move(asked_in)) {}

  IdentifiedKubeRequest asked;
  Impersonation as;
  std::shared_ptr<const KubeAccess> filter;  // set when the answer must be filtered
  std::shared_ptr<const void> slot;          // counts towards the user's concurrent requests; released with the request
  // The users and groups that the roles grant, for the audit log.
  std::vector<std::string> kubernetes_users;
  std::vector<std::string> kubernetes_groups;

  // Returns whether an object of the answer may be shown. Requires a filter.
  bool MayShow(std::string_view kube_namespace, std::string_view name) const;
};

}  // namespace sallyport
