// A bot: its own identity, its outputs, and what people see of it while it runs (docs/protocol/tbot.md#run-time).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libclient/environment.h"
#include "libmachine/bot/bot_metrics.h"
#include "libmachine/bot/bot_wake.h"
#include "libmachine/bot/config/bot_config.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/bot/identity/bot_identity.h"
#include "libmachine/bot/service_states.h"
#include "libmachine/bot/task_loop.h"
#include "libmachine/local_server.h"

namespace sallyport {

// The name of the status socket in the storage directory.
inline constexpr std::string_view kStatusSocket = "status.sock";

struct BotOptions {
  BotConfig config;  // as CheckBotConfig leaves it
  EnvironmentReader environment;
  std::string executable;  // the absolute path of tbot, for the files that name it
  std::string hostname;
  // Asks the cluster; null: the cluster of the configuration.
  std::unique_ptr<BotCluster> cluster = nullptr;
  // Called when the identity is ready and the outputs begin; may be empty.
  std::function<void()> on_ready = nullptr;
  // Several authorities may change one after the other, and the services of a cluster need a moment to follow: so long
  // the bot waits after a change.
  std::chrono::milliseconds authority_settling{10'000};
};

class Bot {
 public:
  // Makes the destinations; reads and writes nothing. Fails as BotSettings and MakeDestination do.
  static Result<std::unique_ptr<Bot>> Make(BotOptions options);
  ~Bot();
  Bot(const Bot&) = delete;
  Bot& operator=(const Bot&) = delete;

  // Runs everything once. An output that fails does not keep the others from running. Fails with the error of the one
  // output that there is or of all; with kPartlyDone when some of several have failed; as BotIdentity::Start does.
  Status RunOnce();
  // Runs until Stop. Fails as BotIdentity::Start does, and when diag_addr cannot be listened on.
  Status Run();

  // Both are safe from other threads.
  void Stop() { wake_.Stop(); }
  void RenewNow() { wake_.RenewNow(); }

  // Returns what `tbot status` shows. Safe from other threads.
  Value StatusValue() const;

 private:
  struct OutputTask {
    ServiceConfig service;
    std::unique_ptr<BotDestination> destination;
  };

  Bot(BotOptions options, JoinSettings join);
  Status MakeDestinations();
  Status Begin(BotIdentity::Started& started);
  Status Listen();
  Status Generate(OutputTask& output);
  void RunIdentity(bool is_renewed);
  void RunHeartbeats();
  TaskOptions AuthorityTask();
  void RunAuthorityChecks();
  void FollowAuthorities();
  void SendLastHeartbeat();
  Status Heartbeat(bool is_startup);
  Result<std::string> AuthorityDigest();
  Status CheckAuthorities() EXCLUDES(authority_mutex_);

  BotOptions options_;
  const JoinSettings join_;
  const Time started_at_ = Now();
  BotWake wake_;
  ServiceStates states_;
  BotMetrics metrics_;
  std::unique_ptr<BotCluster> cluster_;
  std::unique_ptr<BotDestination> storage_;
  std::vector<OutputTask> outputs_;
  std::optional<BotIdentity> identity_;
  std::optional<FileLock> lock_;
  Mutex authority_mutex_;
  std::string authority_digest_ GUARDED_BY(authority_mutex_);
  std::unique_ptr<LocalServer> diagnostics_;
  std::unique_ptr<LocalServer> status_;
  std::vector<std::thread> threads_;
};

}  // namespace sallyport
