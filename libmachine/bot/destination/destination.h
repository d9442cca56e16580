// A place where tbot keeps files: a directory, memory, or a Secret of Kubernetes (docs/protocol/tbot.md#destinations).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/secret.h"
#include "libbase/stop_signal.h"
#include "libclient/environment.h"
#include "libclient/network.h"
#include "libmachine/bot/config/destination_config.h"

namespace sallyport {

// A file with its name, which is also the key of a Secret.
struct BotFile {
  std::string name;
  Secret content;
};

// An empty file, which shows that a destination can be written.
inline constexpr std::string_view kWriteTestFile = ".write-test";

// One thread at a time.
class BotDestination {
 public:
  explicit BotDestination(std::string description) : description_(std::move(description)) {}
  virtual ~BotDestination() = default;
  BotDestination(const BotDestination&) = delete;
  BotDestination& operator=(const BotDestination&) = delete;

  // Prepares the destination and checks that it can be written, without changing what is there. Call it before the
  // other functions, and again before certificates are asked for that would be lost. Fails with kAccessDenied,
  // kNotFound, kBadParameter, and as the client of Kubernetes does.
  virtual Status Init() = 0;
  // Returns a file. Fails with kNotFound when there is none.
  virtual Result<Secret> Read(const std::string& name) = 0;
  // Replaces files; other files stay. A failure before the last file is whole changes nothing. Files that need each
  // other stand side by side, those that depend on nothing come first.
  virtual Status Write(std::span<const BotFile> files) = 0;

  // Keeps other processes from using the destination until the lock is destroyed; nothing where there is no lock. Fails
  // with kLimitExceeded while another process holds the lock.
  virtual Result<std::optional<FileLock>> Lock() { return std::nullopt; }
  // Returns the absolute path of a directory; "" for other destinations.
  virtual std::string directory() const { return {}; }
  // Returns whether the files outlive the process.
  virtual bool persists() const { return true; }
  // Returns the text that names the destination in logs and errors.
  const std::string& description() const { return description_; }

 private:
  const std::string description_;
};

// The surroundings of destinations.
struct DestinationContext {
  EnvironmentReader environment;     // POD_NAMESPACE, KUBECONFIG and the variables of a pod
  NetworkSettings network;           // to the API server
  const StopSignal* stop = nullptr;  // ends calls to the API server; outlives the destination; may be null
};

// Makes a destination; nothing is read or written before Init. Fails with kBadParameter: no type, a Secret without
// a namespace, a kubeconfig that cannot be used.
Result<std::unique_ptr<BotDestination>> MakeDestination(const DestinationConfig& config,
                                                        const DestinationContext& context);

}  // namespace sallyport
