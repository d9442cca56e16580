#include "libmachine/operator/custom_claims.h"

#include <algorithm>
#include <tuple>

namespace sallyport {
namespace {

auto IsOf(const CustomKind& kind) {
  return [&kind](const CustomClaim& claim) { return claim.kind->kind == kind.kind; };
}

}  // namespace

void CustomClaims::Add(const std::string& name, const CustomClaim& claim) {
  const MutexLock lock(mutex_);
  auto& claims = claims_[{claim.kind->teleport_kind, name}];
  std::erase_if(claims, IsOf(*claim.kind));
  claims.push_back(claim);
  std::ranges::sort(claims, {}, [](const CustomClaim& one) { return std::tuple(one.created, !one.held, one.uid); });
}

void CustomClaims::Remove(const CustomKind& kind, const std::string& name) {
  const MutexLock lock(mutex_);
  const auto found = claims_.find({kind.teleport_kind, name});
  if (found == claims_.end()) return;
  std::erase_if(found->second, IsOf(kind));
  if (found->second.empty()) claims_.erase(found);
}

const CustomKind* CustomClaims::OlderThan(const CustomKind& kind, const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto found = claims_.find({kind.teleport_kind, name});
  if (found == claims_.end()) return nullptr;
  const CustomKind* const oldest = found->second.front().kind;
  return oldest->kind == kind.kind ? nullptr : oldest;
}

const CustomKind* CustomClaims::Other(const CustomKind& kind, const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto found = claims_.find({kind.teleport_kind, name});
  if (found == claims_.end()) return nullptr;
  const auto other = std::ranges::find_if_not(found->second, IsOf(kind));
  return other == found->second.end() ? nullptr : other->kind;
}

}  // namespace sallyport
