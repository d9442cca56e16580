// The folder in which an event handler keeps how far it is, in the layout of Teleport's (docs/protocol/audit.md
// #storage-of-the-handler). Each file changes whole: a kill leaves the old or the new one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/mutex.h"
#include "libbase/time.h"

namespace sallyport {

// How far a log is that is read page by page.
struct PageCursor {
  std::string cursor;
  std::string id;       // of the last event that the sink has
  Time window_start{};  // of the window that the cursor belongs to
};

// How far the chunks of one day are.
struct DayCursor {
  std::set<std::string> completed;
  std::map<std::string, std::string> cursors;  // by chunk
};

// A recording that was not there when it was asked for.
struct MissingRecording {
  std::int64_t index = 0;
  int attempt = 0;
  Time uploaded{};  // when its session.upload was; Time{}: unknown
};

// Returns the folder for the cluster at HOST:PORT below a storage: STORAGE/HOST_PORT. Fails with kBadParameter.
Result<std::string> ExportFolder(const std::string& storage, const std::string& address);

// Safe from several threads.
class ExportStorage {
 public:
  // Opens the folder, or makes it, and keeps every other handler out of it; a dry run gets a folder of its own
  // below it. Fails with kLimitExceeded while another handler has it, with kBadParameter for a damaged file, and as
  // files do.
  static Result<std::unique_ptr<ExportStorage>> Open(const std::string& storage, const std::string& address,
                                                     bool dry_run);

  const std::string& path() const { return path_; }

  // Sets what is called when a file cannot be written (a full disk): the write is tried again while the function
  // returns true, after the pause that the function makes. To be set before other threads use the storage.
  using OnWriteFailure = std::function<bool(const Error& failure)>;
  void SetOnWriteFailure(OnWriteFailure on_failure) { on_write_failure_ = std::move(on_failure); }

  // Returns the time at which the export begins: that of the first start. Fails with kBadParameter when another is
  // given.
  Result<Time> StartTime(std::optional<Time> given, Time now);
  // Fails with kBadParameter when the folder belongs to another cluster.
  Status CheckCluster(std::string_view cluster);

  Result<PageCursor> ReadPage() const;
  Status WritePage(const PageCursor& page);
  // The cursor of a followed log; "" before the first.
  Result<std::string> ReadFollowed() const;
  Status WriteFollowed(std::string_view cursor);

  Result<std::map<std::string, DayCursor>> ReadDays() const;  // by "2026-11-30"
  Status CompleteChunk(const std::string& day, const std::string& chunk);
  Status WriteChunk(const std::string& day, const std::string& chunk, std::string_view cursor);
  Status BeginDay(const std::string& day);
  Status RemoveDay(const std::string& day);

  // Sessions whose recordings are to be sent, and the index of the next event.
  Result<std::map<std::string, std::int64_t>> ReadSessions() const;
  Status WriteSession(const std::string& id, std::int64_t index);
  Status RemoveSession(const std::string& id);
  Result<std::map<std::string, MissingRecording>> ReadMissing() const;
  Status WriteMissing(const std::string& id, const MissingRecording& missing);
  Status RemoveMissing(const std::string& id);

 private:
  ExportStorage(std::string path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  Result<std::string> ReadText(const std::string& name) const;  // "" for a file that is absent
  Result<std::optional<Time>> ReadTime(const std::string& name) const;
  Status WriteText(const std::string& name, std::string_view text) const;
  Status WriteAt(const std::string& path, std::string_view text) const;
  std::string DayPath(const std::string& day) const;

  const std::string path_;
  const FileLock lock_;
  OnWriteFailure on_write_failure_;
};

// Returns whether a text may be a part of a file's name: an id of a session or a chunk.
bool IsStorageName(std::string_view text);

}  // namespace sallyport
