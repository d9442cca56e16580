// Recordings of sessions on the auth service's disk: records/SESSION.tar when complete, records/multi/UPLOAD/SESSION
// during the upload. A part is durable on disk before it is acknowledged; a part that a crash left half written is cut
// off when the upload resumes.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/mutex.h"
#include "libresources/events/session_recording.h"

namespace sallyport {

// The upload of one recording. Safe from several threads.
class RecordingUpload {
 public:
  // The identity and the paths of an upload.
  struct Place {
    std::string id;  // of the upload
    std::string session_id;
    std::string directory;  // of this upload alone
    std::string partial;    // the file during the upload
    std::string whole;      // the file of the complete recording
    std::string host_id;    // the host of the session
  };
  RecordingUpload(Place place, UniqueFd file);

  const std::string& id() const { return place_.id; }
  const std::string& session_id() const { return place_.session_id; }
  // Returns the path of the complete recording.
  const std::string& path() const { return place_.whole; }

  // Appends an event, which is on disk after the next Flush. Fails with kAccessDenied for an event of another host,
  // kBadParameter for an unknown kind.
  Status Append(const events::OneOf& event);
  // Return whether enough events were appended that they should be flushed now, or any at all.
  bool IsFull() const;
  bool HasMore() const;
  // Writes the appended events to the disk. Returns the index of the last event on disk, -1 for none. Blocks.
  Result<std::int64_t> Flush();
  // Flushes, and makes the recording readable. No event can be appended afterwards.
  Status Complete();

 private:
  mutable Mutex mutex_;
  RecordingPart part_ GUARDED_BY(mutex_);
  std::int64_t taken_index_ GUARDED_BY(mutex_) = -1;
  Mutex disk_mutex_;
  UniqueFd file_ GUARDED_BY(disk_mutex_);
  std::int64_t disk_index_ GUARDED_BY(disk_mutex_) = -1;
  const Place place_;
};

// Safe from several threads.
class Recordings {
 public:
  explicit Recordings(std::string directory) : directory_(std::move(directory)) {}

  // Begins the recording of a session of a host. Fails with kBadParameter when the session's id is no UUID,
  // kAlreadyExists when another host has recorded that session.
  Result<std::shared_ptr<RecordingUpload>> Create(const std::string& session_id, const std::string& host_id);
  // Resumes an upload. Fails with kNotFound when it no longer exists.
  Result<std::shared_ptr<RecordingUpload>> Resume(const std::string& session_id, const std::string& upload_id,
                                                  const std::string& host_id);
  // Returns a complete recording. Fails with kNotFound, kBadParameter.
  Result<RecordingReader::Source> Open(const std::string& session_id) const;

  // Completes, with the events received so far, the uploads that no agent has appended to for `silence`. Returns their
  // session ids.
  std::vector<std::string> CompleteAbandoned(std::chrono::seconds silence);

  // Returns the path of a session's complete recording, which need not exist.
  std::string PathOf(const std::string& session_id) const;

 private:
  std::shared_ptr<RecordingUpload> Keep(RecordingUpload::Place place, UniqueFd file) EXCLUDES(mutex_);
  bool IsOpen(const std::string& upload_id) EXCLUDES(mutex_);

  const std::string directory_;
  Mutex mutex_;
  std::map<std::string, std::weak_ptr<RecordingUpload>> open_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
