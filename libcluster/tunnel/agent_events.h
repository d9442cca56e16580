// Validates the audit events that agents of nodes report, and replaces the fields that the auth service knows itself.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/auth/audit/audit.h"

namespace sallyport {

// The host of an agent, from its certificate and its announcement.
struct EventSource {
  std::string_view cluster;
  std::string_view host_id;
  std::string_view hostname;
};

// The size limit of a reported event; larger events are refused.
inline constexpr std::size_t kMaxReportedEventBytes = 256 << 10;
// The size limit of the written event; long texts and lists are cut.
inline constexpr std::size_t kMaxAgentEventBytes = 64 << 10;
// The age limit of an event, which waits while the proxy is unavailable.
inline constexpr std::chrono::hours kOldestEvent{1};

// Returns the event to write: with a new id, the host's own fields, and a time neither in the future nor older than
// kOldestEvent (else now, with the agent's time in `reported_time`). Fails with kBadParameter: no JSON, too long, a
// type that nodes do not report, a code of another type.
Result<AuditEvent> EventOfAgent(std::string_view json, const EventSource& source, Time now);

}  // namespace sallyport
