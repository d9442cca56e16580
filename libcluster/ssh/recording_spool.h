// Spools the recordings of a node's sessions for the auth service. Writes each recording to a file and sends it from
// there, during the session; removes the file when the auth service has the whole recording. Nothing is lost while the
// auth service is unavailable, or when this process ends: the next start sends the rest.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/mutex.h"
#include "libcluster/auth_client/agent_auth.h"

namespace sallyport {

// The file of one session: encoded events, each after its length (four bytes, big-endian). For one writer and one
// reader. Safe from several threads.
class SpoolFile {
 public:
  // Creates a new file, or opens one of an earlier run.
  static Result<std::shared_ptr<SpoolFile>> Create(const std::string& path);
  static Result<std::shared_ptr<SpoolFile>> Open(const std::string& path);

  // Writes an event. Fails with kLimitExceeded when the disk is full, and removes the partial event.
  Status Append(const events::OneOf& event);
  // Ends the recording.
  void End();
  // Truncates the file at an offset.
  void CutOff(std::uint64_t offset);

  // Reads the event at an offset and moves the offset behind it. Returns nothing when no whole event is available.
  Result<std::optional<events::OneOf>> ReadAt(std::uint64_t& offset) const;
  bool empty() const;
  bool ended() const;
  // Waits until the file grows beyond `offset`, the recording ends, or Wake; at most `period`.
  void WaitFor(std::uint64_t offset, std::chrono::milliseconds period);
  void Wake();
  const std::string& path() const { return path_; }

 private:
  SpoolFile(std::string path, UniqueFd file, std::uint64_t size, bool ended);

  const std::string path_;
  const UniqueFd file_;
  mutable Mutex mutex_;
  ConditionVariable more_;
  std::uint64_t size_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_);
};

class RecordingSpool {
 public:
  // Opens the spool in a directory, and starts to send recordings of earlier runs. `auth` must outlive the spool.
  static Result<std::unique_ptr<RecordingSpool>> Open(AgentAuth& auth, std::string directory);
  ~RecordingSpool();
  // Stops sending; unsent recordings stay for the next start. Does not use `auth` afterwards.
  void Stop();

  struct Options {
    bool at_once = false;  // fail unless the auth service accepts the upload now; call `lost` if it fails later
    std::function<void(const Error&)> lost = {};
  };
  // Starts a recording, which is sent as it grows.
  Result<std::shared_ptr<SpoolFile>> Begin(const std::string& session_id, Options options);

 private:
  class Shipment;
  RecordingSpool(AgentAuth& auth, std::string directory);
  Status ShipLeftovers();
  void EndIfOpen(SpoolFile& file);
  Status ConnectNow(Shipment& shipment);
  void Ship(std::shared_ptr<Shipment> shipment);

  AgentAuth& auth_;
  const std::string directory_;
  Mutex mutex_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  int connecting_ GUARDED_BY(mutex_) = 0;
  ConditionVariable all_ended_;
  std::map<Shipment*, std::shared_ptr<Shipment>> shipments_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
