// What all connections of the gRPC server share: the methods, the decisions about callers, the threads, and what is
// kept for each caller. Internal to libcluster.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libcluster/fair_pool.h"
#include "libcluster/grpc_server.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/tls.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {

// Bytes that are kept for a caller, on all of its connections: messages that were not handled, answers that were not
// taken. They count for all callers of the same state, too. Safe from several threads.
class GrpcAccount {
 public:
  GrpcAccount(const Budget& budget, std::atomic<std::size_t>& of_all) : budget_(budget), of_all_(of_all) {}

  void Add(std::size_t bytes) {
    bytes_ += bytes;
    of_all_ += bytes;
  }
  void Remove(std::size_t bytes) {
    bytes_ -= bytes;
    of_all_ -= bytes;
  }
  // Whether another call of this caller is too much: the caller has had its part, or all have had theirs and this
  // caller is one of those who keep more than a little.
  bool IsFull() const {
    const bool all_full = of_all_ > budget_.unfinished_bytes + budget_.queued_bytes;
    return bytes_ > budget_.caller_bytes || (all_full && bytes_ > budget_.caller_bytes / kSmallPart);
  }
  // Whether the caller goes on making the server keep more, though no call of it is taken.
  bool IsBroken() const { return bytes_ > 2 * budget_.caller_bytes; }

 private:
  static constexpr std::size_t kSmallPart = 32;
  const Budget& budget_;
  std::atomic<std::size_t>& of_all_;
  std::atomic<std::size_t> bytes_ = 0;
};

// Outlives the server in connections that end late: whatever they need afterwards is in here.
class GrpcEnvironment {
 public:
  // The threads must outlive every work of theirs, not the environment.
  GrpcEnvironment(const RpcTable& table_in, GrpcServerOptions options_in, EventLoop& loop_in,
                  std::shared_ptr<ServerTls> tls_in, ThreadPool& known_threads, ThreadPool& unknown_threads)
      : table(table_in),
        options(std::move(options_in)),
        loop(loop_in),
        tls(std::move(tls_in)),
        known(known_threads, {.running = 64, .waiting = 1000}),
        unknown(unknown_threads, {.running = 2, .waiting = 64}),
        identification(unknown_threads,
                       {.running = 4, .waiting = BudgetOf(Door::kGrpc, CallerState::kUnknown).connections}) {}

  // Returns the account of a caller, which lives as long as a connection has it.
  std::shared_ptr<GrpcAccount> AccountOf(CallerState state, const std::string& caller) {
    const bool is_known = state == CallerState::kKnown;
    const std::lock_guard lock(mutex_);
    auto& entry = accounts_[caller];
    auto account = entry.lock();
    if (!account) {
      account = std::make_shared<GrpcAccount>(BudgetOf(Door::kGrpc, state), is_known ? known_bytes_ : unknown_bytes_);
      entry = account;
    }
    if (accounts_.size() > kMaxForgotten) {
      std::erase_if(accounts_, [](const auto& row) { return row.second.expired(); });
    }
    return account;
  }

  const RpcTable& table;
  const GrpcServerOptions options;
  EventLoop& loop;
  const std::shared_ptr<ServerTls> tls;
  FairPool known;           // calls of known callers, by caller
  FairPool unknown;         // calls of the others, by source
  FairPool identification;  // certificates of new connections, by source
  UnknownConnections unknown_connections{BudgetOf(Door::kGrpc, CallerState::kUnknown)};
  // Connections of known callers.
  SourceSlots known_connections{BudgetOf(Door::kGrpc, CallerState::kKnown).connections_of_one, 0};

 private:
  static constexpr std::size_t kMaxForgotten = 10'000;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<GrpcAccount>> accounts_;
  std::atomic<std::size_t> known_bytes_ = 0;
  std::atomic<std::size_t> unknown_bytes_ = 0;
};

}  // namespace sallyport
