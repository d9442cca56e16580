#include "libcluster/auth/access/visibility.h"

#include "libcluster/rpc/caller.h"
#include "libresources/kinds/access_request.h"

namespace sallyport {

Visibility::Visibility(const Caller& caller, std::string_view cluster, std::string_view kind)
    : caller_(caller), cluster_(cluster), kind_(kind), all_(caller.kind == Caller::Kind::kAdmin) {
  if (caller.kind == Caller::Kind::kUser) access_ = caller.access->AccessTo(kind);
}

bool Visibility::operator()(std::string_view name, const Labels& labels) const {
  if (!access_) return all_;
  if (!CheckAllowedResource(caller_.identity.allowed_resources, cluster_, kind_, name)) return false;
  AccessState state;
  state.mfa_verified = true;
  const auto decision = access_->Decide(labels, state);
  return decision && decision->allowed();
}

}  // namespace sallyport
