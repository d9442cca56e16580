#include "libcluster/kube/role_decider.h"

#include <memory>

#include "libbase/log.h"
#include "libcluster/kube/authorizer.h"
#include "libcluster/kube/kube_event.h"
#include "libcluster/net/source_slots.h"
#include "libresources/access/access.h"

namespace sallyport {
namespace {

class RoleDecider : public KubeDecider {
 public:
  RoleDecider(AuthServer& auth, AuditQueue& audit, FindKubeCluster find)
      : auth_(auth), audit_(audit), authorizer_(auth, std::move(find)) {}

  Status Ready() override {
    if (audit_.Accepts()) return {};
    return std::unexpected(AuditQueue::Refusal());
  }

  Result<IdentifiedKubeRequest> Identify(const KubeCall& call) override {
    return authorizer_.Identify(call.method, call.target, call.chain_pem, call.remote_address);
  }

  Result<DecidedKubeRequest> Authorize(const HttpHeaders& headers, IdentifiedKubeRequest asked) override {
    ASSIGN_OR_RETURN(DecidedKubeRequest decided, authorizer_.Authorize(headers, std::move(asked)));
    const Caller& caller = *decided.asked.caller;
    const std::int64_t most = caller.access->MaxKubernetesConnections();
    if (most == 0) return decided;
    const std::string& user = caller.identity.username;
    auto slot = std::make_shared<SourceSlots::Slot>(requests_.Take(user, static_cast<std::size_t>(most)));
    if (*slot) {
      decided.slot = std::move(slot);
      return decided;
    }
    return Fail(ErrorKind::kAccessDenied, "too many concurrent kubernetes connections for user \"{}\" (max={})", user,
                most);
  }

  Result<DecidedKubeRequest> AuthorizeDelete(const HttpHeaders& headers, const DecidedKubeRequest& collection,
                                             std::string_view kube_namespace, std::string_view name) override {
    return authorizer_.AuthorizeDelete(headers, collection, kube_namespace, name);
  }

  bool StillAllowed(const Caller& caller) override {
    return caller.identity.expires > Now() && auth_.locks().Check(caller.identity);
  }

  void AuditRequest(const DecidedKubeRequest& decided, std::string_view method, int http_status) override {
    if (!decided.asked.info.is_discovery) Push(KubeRequestEvent(auth_, decided, method, http_status));
  }

  void AuditSession(const DecidedKubeRequest& decided, const AuditType& type) override {
    Push(KubeSessionEvent(auth_, decided, type));
  }

 private:
  void Push(const AuditEvent& event) {
    if (!audit_.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
  }

  AuthServer& auth_;
  AuditQueue& audit_;
  const KubeAuthorizer authorizer_;
  SourceSlots requests_{0, 0};  // concurrent requests of each user; roles have the limits
};

}  // namespace

std::unique_ptr<KubeDecider> DecideByRoles(AuthServer& auth, AuditQueue& audit, FindKubeCluster find) {
  return std::make_unique<RoleDecider>(auth, audit, std::move(find));
}

}  // namespace sallyport
