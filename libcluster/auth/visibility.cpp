#include "libcluster/auth/visibility.h"

#include "libcluster/auth/caller.h"

namespace sallyport {

Visibility::Visibility(const Caller& caller, std::string_view kind) : all_(caller.kind == Caller::Kind::kAdmin) {
  if (caller.kind == Caller::Kind::kUser) access_ = caller.access->AccessTo(kind);
}

bool Visibility::operator()(const Labels& labels) const {
  if (!access_) return all_;
  AccessState state;
  state.mfa_verified = true;
  const auto decision = access_->Decide(labels, state);
  return decision && decision->allowed();
}

}  // namespace sallyport
