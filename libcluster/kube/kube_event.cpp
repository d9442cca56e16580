#include "libcluster/kube/kube_event.h"

namespace sallyport {

AuditEvent KubeRequestEvent(const AuthServer& auth, const KubePlan& plan, std::string_view method, int status) {
  AuditEvent event(audit::kKubeRequest, auth.cluster_name());
  event.By(*plan.caller).Add("server_hostname", auth.cluster_name()).Add("proto", "kube");
  event.Add("kubernetes_cluster", plan.cluster).Add("request_path", plan.info.path).Add("verb", method);
  event.Add("response_code", status);
  if (plan.info.is_resource) {
    event.Add("resource_api_group", plan.info.GroupVersion()).Add("resource_kind", plan.info.ResourceKind());
    if (!plan.info.request.kube_namespace.empty()) event.Add("resource_namespace", plan.info.request.kube_namespace);
    if (!plan.info.request.name.empty()) event.Add("resource_name", plan.info.request.name);
  }
  event.Add("kubernetes_users", Value::Strings(plan.kubernetes_users));
  event.Add("kubernetes_groups", Value::Strings(plan.kubernetes_groups));
  Value labels = Value::EmptyMap();
  for (const auto& [key, value] : plan.labels) labels.Set(key, value);
  event.Add("kubernetes_labels", std::move(labels));
  return event;
}

AuditEvent KubeSessionEvent(const AuthServer& auth, const KubePlan& plan, const AuditType& type) {
  AuditEvent event(type, auth.cluster_name());
  event.By(*plan.caller).Add("kubernetes_cluster", plan.cluster).Add("proto", "kube");
  event.Add("kubernetes_pod_name", plan.info.request.name);
  event.Add("kubernetes_pod_namespace", plan.info.request.kube_namespace);
  event.Add("kubernetes_container_name", plan.info.parameters.First("container"));
  if (plan.info.request.verb == "exec") {
    event.Add("command", fmt::format("{}", fmt::join(plan.info.parameters.All("command"), " ")));
  }
  return event;
}

}  // namespace sallyport
