// A Kubernetes request that has been decided, before a byte of it goes on: as whom it goes, and whether the answer must
// be filtered. What forwards requests, answers them or tells the audit log of them takes this alone.
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
  std::shared_ptr<const void> slot;          // of the requests that the user may have at a time; given back with it
  // What the audit log has of the roles' grants.
  std::vector<std::string> kubernetes_users;
  std::vector<std::string> kubernetes_groups;

  // Returns whether an object of the answer may be shown; only with a filter.
  bool MayShow(std::string_view kube_namespace, std::string_view name) const;
};

}  // namespace sallyport
