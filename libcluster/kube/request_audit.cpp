#include "libcluster/kube/request_audit.h"

#include <string_view>
#include <utility>

#include "libcluster/kube/forwarder_state.h"

namespace sallyport {

void AuditRequest(KubeClient& client, const RequestParser& parser, const KubePlan& plan, int http_status) {
  if (std::exchange(client.audited, true)) return;
  client.state->decider->AuditRequest(plan, std::string_view(parser.get().method_string()), http_status);
}

SessionAudit::SessionAudit(KubeDecider& decider, const KubePlan& plan)
    : decider_(decider), plan_(plan), runs_(plan.info.request.verb == "exec") {
  decider_.AuditSession(plan_, runs_ ? audit::kSessionStart : audit::kPortForward);
  if (runs_) decider_.AuditSession(plan_, audit::kExec);
}

SessionAudit::~SessionAudit() {
  if (runs_) decider_.AuditSession(plan_, audit::kSessionEnd);
}

}  // namespace sallyport
