// Events of the audit log that agents of nodes report: what of them the auth service believes, and what it says itself.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/auth/audit/audit.h"

namespace sallyport {

// The host of an agent, as its certificate and its announcement say.
struct EventSource {
  std::string_view cluster;
  std::string_view host_id;
  std::string_view hostname;
};

// An event that is reported in more bytes is refused.
inline constexpr std::size_t kMaxReportedEventBytes = 256 << 10;
// As many are written; long texts and lists are cut.
inline constexpr std::size_t kMaxAgentEventBytes = 64 << 10;
// How long ago an event may have been, as it waits while the proxy is away.
inline constexpr std::chrono::hours kOldestEvent{1};

// Returns an agent's event as it is written: with an id of ours, the host's own fields, and a time that is not in the
// future and not older than kOldestEvent (else it is now, and `reported_time` what was said). kBadParameter: no JSON,
// too long, a type that nodes do not report, a code that is not of that type.
Result<AuditEvent> EventOfAgent(std::string_view json, const EventSource& source, Time now);

}  // namespace sallyport
