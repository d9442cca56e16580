// Uploads a session's recording to the auth service, in the same process or on another host.
#pragma once

#include <cstdint>
#include <string>

#include "libbase/error.h"

namespace events {
class OneOf;
}

namespace sallyport {

// For one thread. A failure is final; the sender opens another sink for the same upload.
class RecordingSink {
 public:
  virtual ~RecordingSink() = default;
  // Returns the id of the upload, to resume it later.
  virtual const std::string& upload_id() const = 0;
  // Returns the index of the last event that the auth service has stored; -1 for none.
  virtual std::int64_t kept_index() const = 0;
  // Sends an event; may wait until the auth service accepts it. kAccessDenied and kBadParameter are permanent refusals.
  virtual Status Send(const events::OneOf& event) = 0;
  // Handles messages of the auth service; called from time to time while there is nothing to send.
  virtual Status Listen() = 0;
  // Ends the upload, and waits until the recording can be read.
  virtual Status Complete() = 0;
};

}  // namespace sallyport
