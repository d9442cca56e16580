// Writes the audit events of a request. Internal to libcluster/kube.
#pragma once

#include "libcluster/kube/decider.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Writes the audit event of an answered request, once.
void AuditRequest(KubeClient& client, const RequestParser& parser, const DecidedKubeRequest& decided, int http_status);

// Writes the start event of a session when constructed and the end event when destroyed, whatever ends the session. The
// arguments must outlive the object.
class SessionAudit {
 public:
  SessionAudit(KubeDecider& decider, const DecidedKubeRequest& decided);
  ~SessionAudit();
  SessionAudit(const SessionAudit&) = delete;
  SessionAudit& operator=(const SessionAudit&) = delete;

 private:
  KubeDecider& decider_;
  const DecidedKubeRequest& decided_;
  const bool runs_;
};

}  // namespace sallyport
