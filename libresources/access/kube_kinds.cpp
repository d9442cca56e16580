#include "libresources/access/kube_kinds.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";

constexpr KubeKind kKinds[] = {
    {"pod", "pods", "", false},
    {"secret", "secrets", "", false},
    {"configmap", "configmaps", "", false},
    {"namespace", "namespaces", "", true},
    {"service", "services", "", false},
    {"serviceaccount", "serviceaccounts", "", false},
    {"kube_node", "nodes", "", true},
    {"persistentvolume", "persistentvolumes", "", true},
    {"persistentvolumeclaim", "persistentvolumeclaims", "", false},
    {"deployment", "deployments", "apps", false},
    {"replicaset", "replicasets", "apps", false},
    {"statefulset", "statefulsets", "apps", false},
    {"daemonset", "daemonsets", "apps", false},
    {"clusterrole", "clusterroles", kRbac, true},
    {"kube_role", "roles", kRbac, false},
    {"clusterrolebinding", "clusterrolebindings", kRbac, true},
    {"rolebinding", "rolebindings", kRbac, false},
    {"cronjob", "cronjobs", "batch", false},
    {"job", "jobs", "batch", false},
    {"certificatesigningrequest", "certificatesigningrequests", "certificates.k8s.io", true},
    {"ingress", "ingresses", "networking.k8s.io", false},
};

// Resources of Kubernetes 1.32 that are in the core group or have namespaces.
struct KubeResource {
  std::string_view plural;
  std::string_view api_group;
  bool namespaced;
};
constexpr KubeResource kResources[] = {
    {"bindings", "", true},
    {"componentstatuses", "", false},
    {"configmaps", "", true},
    {"controllerrevisions", "apps", true},
    {"cronjobs", "batch", true},
    {"csistoragecapacities", "storage.k8s.io", true},
    {"daemonsets", "apps", true},
    {"deployments", "apps", true},
    {"endpoints", "", true},
    {"endpointslices", "discovery.k8s.io", true},
    {"events", "", false},  // in two groups; only the newer one surely needs a namespace
    {"events", "events.k8s.io", true},
    {"horizontalpodautoscalers", "autoscaling", true},
    {"ingresses", "networking.k8s.io", true},
    {"jobs", "batch", true},
    {"leases", "coordination.k8s.io", true},
    {"limitranges", "", true},
    {"localsubjectaccessreviews", "authorization.k8s.io", true},
    {"namespaces", "", false},
    {"networkpolicies", "networking.k8s.io", true},
    {"nodes", "", false},
    {"persistentvolumeclaims", "", true},
    {"persistentvolumes", "", false},
    {"poddisruptionbudgets", "policy", true},
    {"pods", "", true},
    {"podtemplates", "", true},
    {"replicasets", "apps", true},
    {"replicationcontrollers", "", true},
    {"resourcequotas", "", true},
    {"rolebindings", kRbac, true},
    {"roles", kRbac, true},
    {"secrets", "", true},
    {"serviceaccounts", "", true},
    {"services", "", true},
    {"statefulsets", "apps", true},
};

}  // namespace

std::span<const KubeKind> KubeKinds() { return kKinds; }

const KubeKind* FindKubeKind(std::string_view kind) {
  const auto* const found =
      std::find_if(std::begin(kKinds), std::end(kKinds), [kind](const KubeKind& row) { return row.kind == kind; });
  return found == std::end(kKinds) ? nullptr : found;
}

bool IsCoreKubeResource(std::string_view plural) {
  return std::any_of(std::begin(kResources), std::end(kResources),
                     [plural](const KubeResource& row) { return row.plural == plural && row.api_group.empty(); });
}

bool IsNamespacedKubeResource(std::string_view plural, std::string_view api_group) {
  return std::any_of(std::begin(kResources), std::end(kResources), [&](const KubeResource& row) {
    return row.plural == plural && row.api_group == api_group && row.namespaced;
  });
}

}  // namespace sallyport
