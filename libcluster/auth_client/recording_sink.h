// Where an agent sends a session's recording: the auth service, in this process or elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "libbase/error.h"

namespace events {
class OneOf;
}

namespace sallyport {

// For one thread. A failure is final; who sends opens another sink, for the same upload.
class RecordingSink {
 public:
  virtual ~RecordingSink() = default;
  // The upload, to go on with it later.
  virtual const std::string& upload_id() const = 0;
  // The index of the last event that the auth service keeps whatever happens; -1 for none.
  virtual std::int64_t kept_index() const = 0;
  // Sends an event; may wait for the other side to take it. kAccessDenied and kBadParameter mean that it never will.
  virtual Status Send(const events::OneOf& event) = 0;
  // Hears what the other side says; called from time to time while there is nothing to send.
  virtual Status Listen() = 0;
  // Says that nothing follows, and waits until the recording is there to be read.
  virtual Status Complete() = 0;
};

}  // namespace sallyport
