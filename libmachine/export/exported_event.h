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

namespace sallyport {

struct ExportedEvent {
  std::string type;
  std::string id;
  Time time{};
  std::int64_t index = 0;
  std::string json;  // the body that the sink gets

  std::string uploaded_session;  // of a session.upload: the session whose recording there is; else empty
  // Of a failed login, as it was sent in: who may be locked out; else empty.
  std::string failed_login;
  std::string failed_user;
};

// Reads an event as AuditLogService sends it. Numbers without a fraction are written as integers, as Teleport does.
// Fails with kBadParameter.
Result<ExportedEvent> ReadExportedEvent(const teleport::auditlog::v1::EventUnstructured& event);

// Reads an event from its JSON, as AuditChainService sends it. Fails with kBadParameter.
Result<ExportedEvent> ReadExportedEvent(std::string json);

}  // namespace sallyport
