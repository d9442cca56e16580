// How often the joins of one source may be refused: who joins is nobody yet.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libcluster/net/rate_limiter.h"

namespace sallyport {

// Safe from several threads.
class JoinLimits {
 public:
  // kLimitExceeded when too many joins from there were refused of late; such a join is not looked at, and is no event.
  Status Admit(std::string_view remote_address);
  void CountRefused(std::string_view remote_address);

 private:
  RateLimiter refused_{kRefusedJoinRate};
};

}  // namespace sallyport
