// The state that all connections of the gRPC server share: methods, authorization, threads and accounts of callers.
// Internal to libcluster.
#pragma once

#include <memory>
#include <utility>

#include "libcluster/net/budgets.h"
#include "libcluster/net/caller_account.h"
#include "libcluster/net/fair_pool.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/tls.h"
#include "libcluster/net/unknown_connections.h"
#include "libcluster/rpc/grpc_server.h"

namespace sallyport {

// Connections that end late keep it alive after the server is destroyed.
class GrpcEnvironment {
 public:
  // The threads must outlive their work, not the environment.
  GrpcEnvironment(const RpcTable& table_in, GrpcServerOptions options_in, EventLoop& loop_in,
                  std::shared_ptr<ServerTls> tls_in, ThreadPool& known_threads, ThreadPool& unknown_threads)
      : table(table_in),
        options(std::move(options_in)),
        loop(loop_in),
        tls(std::move(tls_in)),
        known(known_threads, {.running = 64, .waiting = 1000}),
        unknown(unknown_threads, {.running = 2, .waiting = 64}),
        identification(unknown_threads,
                       {.running = 4, .waiting = BudgetOf(Endpoint::kGrpc, CallerState::kUnknown).connections}) {}

  const RpcTable& table;
  const GrpcServerOptions options;
  EventLoop& loop;
  const std::shared_ptr<ServerTls> tls;
  FairPool known;           // calls of known callers, by caller
  FairPool unknown;         // calls of the others, by source
  FairPool identification;  // certificates of new connections, by source
  UnknownConnections unknown_connections{BudgetOf(Endpoint::kGrpc, CallerState::kUnknown)};
  // Connections of known callers.
  SourceSlots known_connections{BudgetOf(Endpoint::kGrpc, CallerState::kKnown).connections_of_one, 0};
  CallerAccounts accounts{Endpoint::kGrpc};
};

}  // namespace sallyport
