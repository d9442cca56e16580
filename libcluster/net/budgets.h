// What callers may take of each endpoint: one table, a row for each endpoint and state of the caller. A caller is
// unknown until its certificate was accepted; limits "of one" then count by the source of its connection
// (libcluster/net/source.h). A known caller is counted by its user or host, whatever address it comes from.
//
// The rows are limits alone. UnknownConnections keeps the connections of unknown callers within them, SourceSlots
// counts what known ones hold at once, ByteBudget counts bytes, RateLimiter counts what happens in a time. What exceeds
// a row is answered in the protocol of its endpoint: HTTP 413, 429, 431 or 503, gRPC RESOURCE_EXHAUSTED or UNAVAILABLE,
// HTTP/2 ENHANCE_YOUR_CALM; before TLS the connection is closed.
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
};

enum class CallerState { kUnknown, kKnown };

// A limit of zero belongs to what an endpoint does not have, or to what that state of the caller has no part in.
struct Budget {
  Endpoint endpoint{};
  CallerState state{};

  // Connections that are open at once: of one source, user or host, and of all.
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

  // Requests and messages that have begun and not ended: bytes kept for one connection, and for all together.
  std::size_t unfinished_bytes_of_one = 0;
  std::size_t unfinished_bytes = 0;

  // Answers that the client does not take: bytes kept for one connection, and for all together.
  std::size_t queued_bytes_of_one = 0;
  std::size_t queued_bytes = 0;

  // Messages that were not handled and answers that were not taken: bytes kept for one user, host or source, on all of
  // its connections.
  std::size_t caller_bytes = 0;

  // HTTP/2: streams open at once on a connection, and resets by the client.
  std::size_t streams = 0;
  std::size_t resets_per_second = 0;
  std::size_t resets_at_once = 0;

  // Watches of one user or host that are open at once.
  std::size_t watches_of_one = 0;
};

// Returns the whole table. Static storage.
std::span<const Budget> Budgets();

// Returns the row of an endpoint and state. Every pair has one.
const Budget& BudgetOf(Endpoint endpoint, CallerState state);

// How long who was refused for lack of room is asked to wait (the header Retry-After).
inline constexpr std::chrono::seconds kRetryAfter{2};

// Requests of one source in a time: what unknown callers may ask for.
struct Rate {
  double per_minute = 0;
  double at_once = 0;
};

// New connections: of one source of which a known caller has come lately, of one other source, and of all other sources
// together for each processor, which compares passwords for fewer of them.
inline constexpr std::size_t kSourcesOfOneCaller = 16;  // that count as known by one caller
inline constexpr Rate kKnownSourceRate{60'000, 4'000};
inline constexpr Rate kStrangerRate{3'000, 150};
inline constexpr Rate kAllStrangersRate{6'000, 200};
// Logins and invites of one user name from one source; of all names from one source that were wrong.
inline constexpr Rate kLoginRate{20, 40};
inline constexpr Rate kWrongLoginRate{120, 240};
// Other requests to the web API that cost something.
inline constexpr Rate kWebRate{120, 480};
// New connections of one user to the Kubernetes proxy; those beyond wait for their turn.
inline constexpr Rate kKubeConnectionRate{3'000, 200};
// Access requests of one user, with those that are only tried.
inline constexpr Rate kAccessRequestRate{120, 240};
// Joins that were refused, of one source.
inline constexpr Rate kRefusedJoinRate{20, 40};

}  // namespace sallyport
