#include "libcluster/kube/kube_event.h"

namespace sallyport {

AuditEvent KubeRequestEvent(const AuthServer& auth, const DecidedKubeRequest& decided, std::string_view method,
                            int status) {
  AuditEvent event(audit::kKubeRequest, auth.cluster_name());
  event.By(*decided.asked.caller).Add("server_hostname", auth.cluster_name()).Add("proto", "kube");
  event.Add("kubernetes_cluster", decided.asked.cluster)
      .Add("request_path", decided.asked.info.path)
      .Add("verb", method);
  event.Add("response_code", status);
  if (decided.asked.info.is_resource) {
    event.Add("resource_api_group", decided.asked.info.GroupVersion())
        .Add("resource_kind", decided.asked.info.ResourceKind());
    if (!decided.asked.info.request.kube_namespace.empty())
      event.Add("resource_namespace", decided.asked.info.request.kube_namespace);
    if (!decided.asked.info.request.name.empty()) event.Add("resource_name", decided.asked.info.request.name);
  }
  event.Add("kubernetes_users", Value::Strings(decided.kubernetes_users));
  event.Add("kubernetes_groups", Value::Strings(decided.kubernetes_groups));
  Value labels = Value::EmptyMap();
  for (const auto& [key, value] : decided.asked.target->labels) labels.Set(key, value);
  event.Add("kubernetes_labels", std::move(labels));
  return event;
}

AuditEvent KubeSessionEvent(const AuthServer& auth, const DecidedKubeRequest& decided, const AuditType& type) {
  AuditEvent event(type, auth.cluster_name());
  event.By(*decided.asked.caller).Add("kubernetes_cluster", decided.asked.cluster).Add("proto", "kube");
  event.Add("kubernetes_pod_name", decided.asked.info.request.name);
  event.Add("kubernetes_pod_namespace", decided.asked.info.request.kube_namespace);
  event.Add("kubernetes_container_name", decided.asked.info.parameters.First("container"));
  if (decided.asked.info.request.verb == "exec") {
    event.Add("command", fmt::format("{}", fmt::join(decided.asked.info.parameters.All("command"), " ")));
  }
  return event;
}

}  // namespace sallyport
