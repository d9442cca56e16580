#include "libcluster/kube/decided_request.h"

namespace sallyport {

bool DecidedKubeRequest::MayShow(std::string_view kube_namespace, std::string_view name) const {
  KubeRequest object = asked.info.request;
  if (!kube_namespace.empty()) object.kube_namespace = kube_namespace;
  object.name = name;
  return filter->MayReach(object);
}

}  // namespace sallyport
