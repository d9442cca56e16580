// Exports the chunks of an audit log day by day, and keeps the storage's list of chunks true for a log that is followed
// (docs/protocol/audit.md#chunks): whichever handler goes on with the folder knows what the sink has.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libmachine/export/audit_source.h"
#include "libmachine/export/export_storage.h"
#include "libresources/events/chunk_id.h"

namespace sallyport {

// One thread at a time.
class ChunkExport {
 public:
  // Sends events, and returns after the sink has them.
  using SendEvents = std::function<Status(std::vector<ExportedEvent> events)>;

  // `batch` events are sent at a time. Everything given must outlive this.
  ChunkExport(AuditSource& source, ExportStorage& storage, std::size_t batch, SendEvents send, const StopSignal& stop)
      : source_(source), storage_(storage), batch_(batch), send_(std::move(send)), stop_(stop) {}

  // Exports the chunks that are listed and not done, from the oldest day of the storage on, or from the day of `start`.
  // Returns whether there was one.
  Result<bool> ExportListed(Time start);

  // Does the same before the log is followed from the cursor `followed` ("": none), without what was followed before; a
  // folder without days begins nothing. Returns the cursor to follow from, which the storage has then.
  Result<std::string> ExportBeforeFollowing(const std::string& followed, Time start);
  // Lists the chunks that the sink has by following up to the cursor as done; `first` is the time of the first event
  // that was followed, for a storage without days.
  Status ListFollowed(const std::string& followed, Time first);

 private:
  // Called for each chunk that is not done.
  using TakeChunk = std::function<Status(const std::string& day, const std::string& chunk, const std::string& cursor)>;
  using SeeChunk = std::function<void(const std::string& chunk)>;
  Status ForEachOpenChunk(std::string day, const TakeChunk& take, const SeeChunk& see);
  Result<std::optional<ChunkId>> LastBefore(const std::string& day, Time start);
  Status ExportChunk(const std::string& day, const std::string& chunk, std::string cursor);

  AuditSource& source_;
  ExportStorage& storage_;
  const std::size_t batch_;
  const SendEvents send_;
  const StopSignal& stop_;
};

}  // namespace sallyport
