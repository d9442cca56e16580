// Recordings of a node's sessions on their way to the auth service. Each is written to a file first and sent from
// there, while the session goes on; the file goes when the auth service has the whole. So nothing is lost while that is
// away, or when this process ends: what is left is sent at the next start.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/auth_client/agent_auth.h"

namespace sallyport {

// The file of one session: encoded events, each after its length (four bytes, big-endian). One writes, one reads. Safe
// from several threads.
class SpoolFile {
 public:
  // Makes a new one, or opens one that was left.
  static Result<std::shared_ptr<SpoolFile>> Create(const std::string& path);
  static Result<std::shared_ptr<SpoolFile>> Open(const std::string& path);

  // Writes an event. kLimitExceeded when the disk is full; what was written of it is taken back.
  Status Append(const events::OneOf& event);
  // Nothing follows.
  void End();
  // Takes away what is behind an offset.
  void CutOff(std::uint64_t offset);

  // Reads the event at an offset and moves the offset behind it. Nothing when it is not there (yet).
  Result<std::optional<events::OneOf>> ReadAt(std::uint64_t& offset) const;
  bool empty() const;
  bool ended() const;
  // Waits until there is more than `offset`, the file has ended, or Wake; at most `period`.
  void WaitFor(std::uint64_t offset, std::chrono::milliseconds period);
  void Wake();
  const std::string& path() const { return path_; }

 private:
  SpoolFile(std::string path, UniqueFd file, std::uint64_t size, bool ended);

  const std::string path_;
  const UniqueFd file_;
  mutable std::mutex mutex_;
  std::condition_variable more_;
  std::uint64_t size_;
  bool ended_;
};

class RecordingSpool {
 public:
  // Opens the spool in a directory, and begins to send what is left there of earlier runs. `auth` must outlive it.
  static Result<std::unique_ptr<RecordingSpool>> Open(AgentAuth& auth, std::string directory);
  ~RecordingSpool();
  // Gives up sending what has not gone out; it stays for the next start. Asks nothing of `auth` after that.
  void Stop();

  struct Options {
    bool at_once = false;  // fail unless the auth service takes it now, and call `lost` when it is lost later
    std::function<void(const Error&)> lost = {};
  };
  // Begins a recording, which is sent as it grows.
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
  std::mutex mutex_;
  bool stopping_ = false;
  int connecting_ = 0;
  std::condition_variable all_ended_;
  std::map<Shipment*, std::shared_ptr<Shipment>> shipments_;
};

}  // namespace sallyport
