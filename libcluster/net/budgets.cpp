#include "libcluster/net/budgets.h"

#include <array>

namespace sallyport {
namespace {

using std::chrono::seconds;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

constexpr std::array kTable{
    Budget{.endpoint = Endpoint::kHello,
           .state = CallerState::kUnknown,
           .connections_of_one = 500,
           .connections = 4000,
           .hello_time = seconds(10),
           .message_bytes = 16 * kKiB},
    // A known caller has passed the hello.
    Budget{.endpoint = Endpoint::kHello, .state = CallerState::kKnown},
    Budget{.endpoint = Endpoint::kWeb,
           .state = CallerState::kUnknown,
           .connections_of_one = 500,
           .connections = 2000,
           .handshake_time = seconds(10),
           .idle_time = seconds(30),
           .message_time = seconds(15),
           .header_bytes = 64 * kKiB,
           .message_bytes = 128 * kKiB,
           .unfinished_bytes_of_one = 128 * kKiB,
           .unfinished_bytes = 16 * kMiB},
    // The web API has no client certificates.
    Budget{.endpoint = Endpoint::kWeb, .state = CallerState::kKnown},
    // Certificates are checked for each request, so the connection's caller stays unknown.
    Budget{.endpoint = Endpoint::kAuthHttp,
           .state = CallerState::kUnknown,
           .connections_of_one = 250,
           .connections = 1000,
           .handshake_time = seconds(10),
           .idle_time = seconds(30),
           .message_time = seconds(10),
           .header_bytes = 64 * kKiB,
           .message_bytes = 4 * kKiB,
           .unfinished_bytes_of_one = 4 * kKiB,
           .unfinished_bytes = 1 * kMiB},
    Budget{.endpoint = Endpoint::kAuthHttp, .state = CallerState::kKnown},
    Budget{.endpoint = Endpoint::kKubernetes,
           .state = CallerState::kUnknown,
           .connections_of_one = 500,
           .connections = 2000,
           .handshake_time = seconds(10),
           .idle_time = seconds(10),
           .message_time = seconds(10),
           .header_bytes = 64 * kKiB},
    Budget{.endpoint = Endpoint::kKubernetes,
           .state = CallerState::kKnown,
           .connections_of_one = 1000,  // each watch needs a connection
           .handshake_time = seconds(10),
           .idle_time = seconds(300),
           .message_time = seconds(60),
           .header_bytes = 256 * kKiB,
           // For bodies that must be read whole. Other bodies, and all answers, are streamed.
           .message_bytes = 3 * kMiB,  // as an API server
           .unfinished_bytes = 64 * kMiB,
           .caller_bytes = 16 * kMiB},
    // Calls without a certificate are small: a ping, a join.
    Budget{.endpoint = Endpoint::kGrpc,
           .state = CallerState::kUnknown,
           .connections_of_one = 1000,
           .connections = 2000,
           .handshake_time = seconds(10),
           .idle_time = seconds(30),
           .message_time = seconds(10),
           .header_bytes = 16 * kKiB,
           .message_bytes = 64 * kKiB,
           .unfinished_bytes_of_one = 128 * kKiB,
           .unfinished_bytes = 16 * kMiB,
           .queued_bytes_of_one = 256 * kKiB,
           .queued_bytes = 16 * kMiB,
           .caller_bytes = 1 * kMiB,
           .streams = 8,
           .resets_per_second = 10,
           .resets_at_once = 40},
    Budget{.endpoint = Endpoint::kGrpc,
           .state = CallerState::kKnown,
           .connections_of_one = 500,
           .handshake_time = seconds(10),
           .message_time = seconds(30),
           .header_bytes = 64 * kKiB,
           .message_bytes = 4 * kMiB,
           .unfinished_bytes_of_one = 8 * kMiB,
           .unfinished_bytes = 64 * kMiB,
           .queued_bytes_of_one = 8 * kMiB,
           .queued_bytes = 64 * kMiB,
           .caller_bytes = 32 * kMiB,
           .streams = 1000,
           .resets_per_second = 200,
           .resets_at_once = 1000,
           .watches_of_one = 50,
           .exports_of_one = 64,
           .follows_of_one = 8},
    // The handshake is that of TLS, of SSH, and the login.
    Budget{.endpoint = Endpoint::kSshTunnel,
           .state = CallerState::kUnknown,
           .connections_of_one = 500,
           .connections = 2000,
           .handshake_time = seconds(15),
           .unfinished_bytes = 16 * kMiB,
           .caller_bytes = 1 * kMiB},
    Budget{.endpoint = Endpoint::kSshTunnel,
           .state = CallerState::kKnown,
           .connections_of_one = 1000,  // a bot's instances are one user, and each has several
           .message_time = seconds(30),
           .unfinished_bytes = 64 * kMiB,
           .queued_bytes_of_one = 256 * kKiB,
           .queued_bytes = 64 * kMiB,
           .caller_bytes = 32 * kMiB,
           .streams = 8},
};

}  // namespace

std::span<const Budget> Budgets() { return kTable; }

const Budget& BudgetOf(Endpoint endpoint, CallerState state) {
  for (const auto& row : kTable) {
    if (row.endpoint == endpoint && row.state == state) return row;
  }
  return kTable.front();
}

}  // namespace sallyport
