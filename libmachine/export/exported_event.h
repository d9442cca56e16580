// An event of the audit log or of a recording on its way to a sink: its JSON, and what the export needs to know of it.
#pragma once

#include <cstdint>
#include <string>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"

namespace teleport::auditlog::v1 {
class EventUnstructured;
}
namespace sallyport::v1 {
class FollowedEvent;
}

namespace sallyport {

// The type of the event that stands in a hash chain for an event that is left out.
inline constexpr const char* kLeftOutType = "audit.left_out";

struct ExportedEvent {
  std::string type;
  std::string id;
  Time time{};
  std::int64_t index = 0;
  std::int64_t number = 0;  // in a followed log, else 0
  Time committed{};         // in a followed log
  std::string json;         // the body that the sink gets

  std::string uploaded_session;  // of a session.upload: the session whose recording there is; else empty
  std::string ended_session;     // of the end of a session that is recorded; else empty
  // Of a failed login, as it was sent in: who may be locked out; else empty.
  std::string failed_login;
  std::string failed_user;
};

// Reads an event as AuditLogService sends it. Numbers without a fraction are written as integers, as Teleport does.
// Fails with kBadParameter.
Result<ExportedEvent> ReadExportedEvent(const teleport::auditlog::v1::EventUnstructured& event);

// Reads an event as AuditChainService sends it. With `with_chain`, the JSON has its place in the hash chain as the key
// `chain` (docs/protocol/audit.md#hash-chain). Fails with kBadParameter.
Result<ExportedEvent> ReadFollowedEvent(const sallyport::v1::FollowedEvent& event, bool with_chain);

// Returns what stands for an event with a place in the chain that is left out: its id, its time and its place, with the
// digest by which verification goes on. Fails with kInternal for an event without `chain`.
Result<ExportedEvent> LeftOutEvent(const ExportedEvent& event);

}  // namespace sallyport
