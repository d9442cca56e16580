#include "libcluster/kube/proxy_decider.h"

#include "libbase/text.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

std::string HeaderOf(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (EqualIgnoringCase(key, name)) return value;
  }
  return {};
}

// The proxy authorizes and audits each request; the agent accepts all requests of a proxy.
class ProxyDecider : public KubeDecider {
 public:
  ProxyDecider(TrustSet trust, std::string cluster, FindKubeCluster find)
      : trust_(std::move(trust)), cluster_(std::move(cluster)), find_(std::move(find)) {}

  Status Ready() override { return {}; }

  Result<IdentifiedKubeRequest> Identify(const KubeCall& call) override {
    IdentifiedKubeRequest asked;
    ASSIGN_OR_RETURN(asked.caller, ProxyOf(call));
    asked.cluster = call.cluster;
    asked.target = find_(call.cluster);
    if (!asked.target) return Fail(ErrorKind::kNotFound, "this agent has no Kubernetes cluster \"{}\"", call.cluster);
    ASSIGN_OR_RETURN(const KubeTarget target, ParseKubeTarget(call.target));
    ASSIGN_OR_RETURN(asked.info, ReadKubeRequest(call.method, target));
    asked.forwarded_for = HeaderOf(call.headers, "X-Forwarded-For");
    asked.forwarded_host = HeaderOf(call.headers, "X-Forwarded-Host");
    return asked;
  }

  // The proxy sets the user and groups of the request.
  Result<DecidedKubeRequest> Authorize(const HttpHeaders& headers, IdentifiedKubeRequest asked) override {
    DecidedKubeRequest decided(std::move(asked));
    for (const auto& [name, value] : headers) {
      if (EqualIgnoringCase(name, "Impersonate-User")) decided.as.user = value;
      if (EqualIgnoringCase(name, "Impersonate-Group")) decided.as.groups.push_back(value);
    }
    return decided;
  }

  Result<DecidedKubeRequest> AuthorizeDelete(const HttpHeaders&, const DecidedKubeRequest&, std::string_view,
                                             std::string_view) override {
    return Fail(ErrorKind::kInternal, "the proxy deletes the objects of a collection one by one");
  }

  bool StillAllowed(const Caller&) override { return true; }  // the proxy ends the connection otherwise
  void AuditRequest(const DecidedKubeRequest&, std::string_view, int) override {}
  void AuditSession(const DecidedKubeRequest&, const AuditType&) override {}

 private:
  Result<std::shared_ptr<const Caller>> ProxyOf(const KubeCall& call) const {
    if (call.chain_pem.empty())
      return Fail(ErrorKind::kAccessDenied, "access denied: this service accepts requests only from the proxy");
    ASSIGN_OR_RETURN(const Certificate leaf, Certificate::FromPem(call.chain_pem.front()));
    ASSIGN_OR_RETURN(std::ignore, trust_.Verify(leaf, Now(), LeafUsage::kClient));
    auto caller = std::make_shared<Caller>();
    ASSIGN_OR_RETURN(caller->identity, leaf.ToIdentity());
    caller->kind = Caller::Kind::kSystem;
    if (caller->SystemRole() == "Proxy" && caller->identity.teleport_cluster == cluster_) return caller;
    return Fail(ErrorKind::kAccessDenied, "access denied: this service accepts requests only from the proxy");
  }

  const TrustSet trust_;
  const std::string cluster_;
  const FindKubeCluster find_;
};

}  // namespace

std::unique_ptr<KubeDecider> DecidedByProxy(TrustSet trust, std::string cluster, FindKubeCluster find) {
  return std::make_unique<ProxyDecider>(std::move(trust), std::move(cluster), std::move(find));
}

}  // namespace sallyport
