#include "libcluster/auth/trust/join_limits.h"

#include "libcluster/net/source.h"

namespace sallyport {

Status JoinLimits::Admit(std::string_view remote_address) {
  if (refused_.HasRoom(SourceOf(remote_address), Now())) return {};
  return Fail(ErrorKind::kLimitExceeded, "too many joins from this address were refused: try again in a minute");
}

void JoinLimits::CountRefused(std::string_view remote_address) { refused_.Allow(SourceOf(remote_address), Now()); }

}  // namespace sallyport
