// Limits the refused joins of one source; a joining host has no identity to count by.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libcluster/net/rate_limiter.h"

namespace sallyport {

// Safe from several threads.
class JoinLimits {
 public:
  // Fails with kLimitExceeded when too many joins from that address were refused lately. Such a join is not checked and
  // writes no audit event.
  Status Admit(std::string_view remote_address);
  void CountRefused(std::string_view remote_address);

 private:
  RateLimiter refused_{kRefusedJoinRate};
};

}  // namespace sallyport
