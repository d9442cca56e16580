#include "libcluster/kube/role_decider.h"

#include <memory>

#include "libbase/log.h"
#include "libcluster/kube/kube_event.h"
#include "libcluster/net/source_slots.h"
#include "libresources/access/access.h"

namespace sallyport {
namespace {

class RoleDecider : public KubeDecider {
 public:
  RoleDecider(AuthServer& auth, AuditQueue& audit, FindKubeCluster find)
      : auth_(auth), audit_(audit), planner_(auth, std::move(find)) {}

  Status Ready() override {
    if (audit_.Accepts()) return {};
    return std::unexpected(AuditQueue::Refusal());
  }

  Result<KubePlan> Identify(const KubeCall& call) override {
    return planner_.Identify(call.method, call.target, call.chain_pem, call.remote_address);
  }

  Status Authorize(const HttpHeaders& headers, KubePlan& plan) override {
    RETURN_IF_ERROR(planner_.Authorize(headers, plan));
    const std::int64_t most = plan.caller->access->MaxKubernetesConnections();
    if (most == 0) return {};
    const std::string& user = plan.caller->identity.username;
    auto slot = std::make_shared<SourceSlots::Slot>(requests_.Take(user, static_cast<std::size_t>(most)));
    if (*slot) {
      plan.slot = std::move(slot);
      return {};
    }
    return Fail(ErrorKind::kAccessDenied, "too many concurrent kubernetes connections for user \"{}\" (max={})", user,
                most);
  }

  Result<KubePlan> PlanDelete(const HttpHeaders& headers, const KubePlan& collection, std::string_view kube_namespace,
                              std::string_view name) override {
    return planner_.PlanDelete(headers, collection, kube_namespace, name);
  }

  bool StillAllowed(const Caller& caller) override {
    return caller.identity.expires > Now() && auth_.locks().Check(caller.identity);
  }

  void AuditRequest(const KubePlan& plan, std::string_view method, int http_status) override {
    if (!plan.info.is_discovery) Push(KubeRequestEvent(auth_, plan, method, http_status));
  }

  void AuditSession(const KubePlan& plan, const AuditType& type) override { Push(KubeSessionEvent(auth_, plan, type)); }

 private:
  void Push(const AuditEvent& event) {
    if (!audit_.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
  }

  AuthServer& auth_;
  AuditQueue& audit_;
  const KubePlanner planner_;
  SourceSlots requests_{0, 0};  // that each user has at a time; roles say how many may be
};

}  // namespace

std::unique_ptr<KubeDecider> DecideByRoles(AuthServer& auth, AuditQueue& audit, FindKubeCluster find) {
  return std::make_unique<RoleDecider>(auth, audit, std::move(find));
}

}  // namespace sallyport
