// What the audit log is told while a request is dealt with. Internal to libcluster/kube.
#pragma once

#include "libcluster/kube/decider.h"
#include "libcluster/kube/kube_client.h"

namespace sallyport {

// Writes the audit event of a request that was answered, once.
void AuditRequest(KubeClient& client, const RequestParser& parser, const DecidedKubeRequest& decided, int http_status);

// Tells of a session as long as it is: of its begin at once, of its end also when something else ends it. What is given
// must outlive it.
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
