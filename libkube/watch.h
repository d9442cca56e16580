// A watch: the changes of a collection of objects, as the API server reports them
// (docs/protocol/services.md#kubernetes-api-clients).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libkube/call_limits.h"
#include "libkube/watch_decoder.h"

namespace sallyport {

class KubeConnection;

// One thread at a time.
class KubeWatch {
 public:
  // Reads the events of an answer from its connection. `asked` names the watch in errors. Internal to libkube: callers
  // get a watch from KubeApi::Watch.
  KubeWatch(std::unique_ptr<KubeConnection> connection, std::string asked, std::size_t max_event_bytes);
  // A watch of a state that the server no longer has: its one event is kGone.
  explicit KubeWatch(std::string asked);
  ~KubeWatch();

  // Returns the next event: a change, a bookmark, kGone, or kEnded when the server has ended the watch in order. After
  // kGone and kEnded, and after an error other than kConnectionProblem by lack of time, the watch is over.
  //
  // Fails with kConnectionProblem when no event comes within the time, and may be called again then; also when the
  // connection breaks; with kInterrupted after a stop; with kLimitExceeded for an event above the limit; with the error
  // of an ERROR event.
  Result<KubeEvent> Next(const CallLimits& limits);

 private:
  Result<KubeEvent> Over(Result<KubeEvent> last);

  std::unique_ptr<KubeConnection> connection_;  // null: the watch is over
  const std::string asked_;
  WatchDecoder decoder_;
  bool gone_ = false;
};

}  // namespace sallyport
