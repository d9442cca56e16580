// Reads the events of a watch from the bytes of its answer, without I/O: one JSON object a line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

struct KubeEvent {
  enum class Type {
    kAdded,
    kModified,
    kDeleted,
    kBookmark,  // the object has a resourceVersion alone: the watch has shown all up to it
    kGone,      // 410: the server no longer has the state where the watch should begin; list again
    kEnded,     // the server ended the watch in order; watch again from the last resourceVersion
  };
  Type type = Type::kEnded;
  Value object = {};
};

class WatchDecoder {
 public:
  // `asked` names the watch in errors.
  WatchDecoder(std::string asked, std::size_t max_event_bytes)
      : asked_(std::move(asked)), max_event_bytes_(max_event_bytes) {}

  // Adds bytes, which may begin and end anywhere in an event.
  void Put(std::string_view bytes) { bytes_ += bytes; }
  // Returns the next event that is complete, or nothing. Fails with kLimitExceeded for an event above the limit, with
  // kConnectionProblem for a line that is no event, and with the error of an ERROR event other than 410.
  Result<std::optional<KubeEvent>> Next();
  // Returns whether bytes of an incomplete event are left.
  bool HasRest() const { return taken_ < bytes_.size(); }

 private:
  Result<KubeEvent> Read(std::string_view line) const;

  const std::string asked_;
  const std::size_t max_event_bytes_;
  std::string bytes_;
  std::size_t taken_ = 0;     // how much of bytes_ was returned as events
  std::size_t searched_ = 0;  // how much of bytes_ has no further end of a line
};

}  // namespace sallyport
