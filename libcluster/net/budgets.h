// The limits of callers at each endpoint: a table with a row for each endpoint and state of the caller. A caller is
// unknown until its certificate is accepted; until then limits "of one" count by the source of its connection
// (libcluster/net/source.h). Known callers are counted by user or host, whatever their address.
//
// The table only has the limits. UnknownConnections enforces the connections of unknown callers, SourceSlots the
// concurrent connections of known callers, ByteBudget the bytes, RateLimiter the rates. Excess is answered in the
// protocol of its endpoint: HTTP 413, 429, 431 or 503, gRPC RESOURCE_EXHAUSTED or UNAVAILABLE, HTTP/2
// ENHANCE_YOUR_CALM; before TLS the connection is closed.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

namespace sallyport {

enum class Endpoint {
  kHello,       // a port before the client's TLS hello was read
  kWeb,         // the proxy's web API
  kAuthHttp,    // the auth service's HTTP API
  kKubernetes,  // the Kubernetes proxy
  kGrpc,        // gRPC, on the auth port and by the proxy's
  kSshTunnel,   // SSH to the auth service, by the proxy
};

enum class CallerState { kUnknown, kKnown };

// A limit of zero does not apply to the endpoint or to the state of the caller.
struct Budget {
  Endpoint endpoint{};
  CallerState state{};

  // Open connections: of one source, user or host, and of all.
  std::size_t connections_of_one = 0;
  std::size_t connections = 0;

  // From the accept to the hello; from the hello to the end of the handshake; between two requests; from the first byte
  // of a request or message to its last.
  std::chrono::seconds hello_time{0};
  std::chrono::seconds handshake_time{0};
  std::chrono::seconds idle_time{0};
  std::chrono::seconds message_time{0};

  // Of one request. HTTP bodies have their limits by route; this is the largest.
  std::size_t header_bytes = 0;
  std::size_t message_bytes = 0;

  // Incomplete requests and messages: bytes kept for one connection, and for all together.
  std::size_t unfinished_bytes_of_one = 0;
  std::size_t unfinished_bytes = 0;

  // Answers that the client has not read: bytes kept for one connection, and for all together.
  std::size_t queued_bytes_of_one = 0;
  std::size_t queued_bytes = 0;

  // Unhandled messages and unread answers: bytes kept for one user, host or source, on all of its connections.
  std::size_t caller_bytes = 0;

  // HTTP/2: streams open at once on a connection, and resets by the client. SSH: channels open at once.
  std::size_t streams = 0;
  std::size_t resets_per_second = 0;
  std::size_t resets_at_once = 0;

  // Watches of one user or host that are open at once; streams that give out the audit log, and those that follow it.
  std::size_t watches_of_one = 0;
  std::size_t exports_of_one = 0;
  std::size_t follows_of_one = 0;
};

// Returns the whole table. Static storage.
std::span<const Budget> Budgets();

// Returns the row of an endpoint and state. Every pair has one.
const Budget& BudgetOf(Endpoint endpoint, CallerState state);

// The wait in the header Retry-After of callers refused for lack of room.
inline constexpr std::chrono::seconds kRetryAfter{2};

// A rate of requests of one source.
struct Rate {
  double per_minute = 0;
  double at_once = 0;
};

// New connections: of one source that a known caller used lately, of one other source, and of all other sources
// together for each processor, which compares passwords for fewer of them.
inline constexpr std::size_t kSourcesOfOneCaller = 16;  // known sources of one caller
inline constexpr Rate kKnownSourceRate{60'000, 4'000};
inline constexpr Rate kStrangerRate{3'000, 150};
inline constexpr Rate kAllStrangersRate{6'000, 200};
// Logins and invites of one user name from one source; failed ones of all names from one source.
inline constexpr Rate kLoginRate{20, 40};
inline constexpr Rate kWrongLoginRate{120, 240};
// Other rate-limited requests to the web API.
inline constexpr Rate kWebRate{120, 480};
// New connections of one user to the Kubernetes proxy; connections beyond the rate wait.
inline constexpr Rate kKubeConnectionRate{3'000, 200};
// Access requests of one user, dry runs included.
inline constexpr Rate kAccessRequestRate{120, 240};
// Refused joins of one source.
inline constexpr Rate kRefusedJoinRate{20, 40};

}  // namespace sallyport
