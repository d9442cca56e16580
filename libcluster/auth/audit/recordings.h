// Recordings of sessions on the auth service's disk: records/SESSION.tar when whole, records/multi/UPLOAD/SESSION while
// they come in. A part is on disk for good before it is acknowledged; what a crash leaves half written is cut off when
// the upload is taken up again.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libresources/events/session_recording.h"

namespace sallyport {

// One recording that comes in. Safe from several threads.
class RecordingUpload {
 public:
  // What Recordings makes it of.
  struct Place {
    std::string id;  // of the upload
    std::string session_id;
    std::string directory;  // of its own
    std::string partial;    // the file
    std::string whole;      // where it goes when it is complete
    std::string host_id;    // whose sessions
  };
  RecordingUpload(Place place, UniqueFd file);

  const std::string& id() const { return place_.id; }
  const std::string& session_id() const { return place_.session_id; }
  // Where it is once it is complete.
  const std::string& path() const { return place_.whole; }

  // Takes an event: kAccessDenied when it is of another host, kBadParameter for a kind that is not known. It is on disk
  // after the next Flush.
  Status Append(const events::OneOf& event);
  // Whether so much was taken that it should be flushed now, or anything at all.
  bool IsFull() const;
  bool HasMore() const;
  // Writes what was taken to the disk. Returns the index of the last event that is on disk, -1 for none. Blocks.
  Result<std::int64_t> Flush();
  // Flushes, and makes the recording one that can be read. Nothing can be appended then.
  Status Complete();

 private:
  mutable std::mutex mutex_;  // of the part
  RecordingPart part_;
  std::int64_t taken_index_ = -1;
  std::mutex disk_mutex_;  // of the file
  UniqueFd file_;
  std::int64_t disk_index_ = -1;
  const Place place_;
};

// Safe from several threads.
class Recordings {
 public:
  explicit Recordings(std::string directory) : directory_(std::move(directory)) {}

  // Begins the recording of a session of a host. kBadParameter when the session's id is no UUID, kAlreadyExists when
  // another host has recorded that session.
  Result<std::shared_ptr<RecordingUpload>> Create(const std::string& session_id, const std::string& host_id);
  // Goes on with one. kNotFound when it is not there any more.
  Result<std::shared_ptr<RecordingUpload>> Resume(const std::string& session_id, const std::string& upload_id,
                                                  const std::string& host_id);
  // Returns a whole recording. kNotFound, kBadParameter.
  Result<RecordingReader::Source> Open(const std::string& session_id) const;

  // Makes readable what has come in of recordings that nobody is adding to, and has not for `silence`. Returns their
  // sessions.
  std::vector<std::string> CompleteAbandoned(std::chrono::seconds silence);

  // Where a session's recording is, or will be.
  std::string PathOf(const std::string& session_id) const;

 private:
  std::shared_ptr<RecordingUpload> Keep(RecordingUpload::Place place, UniqueFd file);
  bool IsOpen(const std::string& upload_id);

  const std::string directory_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<RecordingUpload>> open_;
};

}  // namespace sallyport
