// Makes TCP connections for a client: resolves names, applies timeouts, uses HTTP proxies (RFC 9110 section 9.3.6,
// CONNECT).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

// The network settings of a program; a tool sets them from its options and environment.
struct NetworkSettings {
  bool insecure = false;                            // accept any certificate of a web proxy
  std::string ssl_cert_file;                        // SSL_CERT_FILE: authorities instead of the system's
  std::string ssl_cert_dir;                         // SSL_CERT_DIR: a hashed directory of them
  std::string https_proxy;                          // HTTPS_PROXY: http://[user:password@]host:port
  std::string no_proxy;                             // NO_PROXY: hosts, domains and ranges, commas between
  std::string conn_upgrade;                         // TELEPORT_TLS_ROUTING_CONN_UPGRADE
  std::chrono::milliseconds timeout{10000};         // for a connection and its handshake
  std::chrono::milliseconds answer_timeout{30000};  // for an answer to a request
  // A descriptor: connections and handshakes fail as if the time were over once it is readable; -1: none. The lookup of
  // a host's name is not ended.
  int stop_descriptor = -1;
};

using Deadline = std::chrono::steady_clock::time_point;

// Returns a connected, non-blocking socket with TCP_NODELAY. Tries every address of a name. Fails with
// kConnectionProblem and the cause: unknown name, refused, timed out, unreachable, or the answer of the HTTP proxy.
Result<UniqueFd> ConnectTcp(const HostPort& address, const NetworkSettings& settings, Deadline deadline);

// Looks a host's name up, as ConnectTcp does; an address is its own. Takes as long as the resolver does. Fails with
// kConnectionProblem.
Status LookUpHost(const std::string& host);

// Return the errors for a peer ("the auth service") that cannot be reached, and for a peer that does not answer in
// time.
Error CannotBeReached(std::string_view peer, std::string_view reason);
Error AnswersTooLate(std::string_view peer);

// Waits until a descriptor is ready (POLLIN, POLLOUT). Returns false when the deadline passes first, or `stop` (a
// descriptor, -1: none) becomes readable.
bool WaitFor(int fd, short events, Deadline deadline, int stop = -1);

}  // namespace sallyport
