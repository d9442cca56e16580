#include "libcluster/kube/request_audit.h"

#include <string_view>
#include <utility>

#include "libcluster/kube/forwarder_state.h"

namespace sallyport {

void AuditRequest(KubeClient& client, const RequestParser& parser, const DecidedKubeRequest& decided, int http_status) {
  if (std::exchange(client.audited, true)) return;
  client.state->decider->AuditRequest(decided, std::string_view(parser.get().method_string()), http_status);
}

SessionAudit::SessionAudit(KubeDecider& decider, const DecidedKubeRequest& decided)
    : decider_(decider), decided_(decided), runs_(decided.asked.info.request.verb == "exec") {
  decider_.AuditSession(decided_, runs_ ? audit::kSessionStart : audit::kPortForward);
  if (runs_) decider_.AuditSession(decided_, audit::kExec);
}

SessionAudit::~SessionAudit() {
  if (runs_) decider_.AuditSession(decided_, audit::kSessionEnd);
}

}  // namespace sallyport
