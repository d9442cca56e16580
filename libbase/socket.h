// Configures TCP connections and makes socket pairs.
#pragma once

#include <sys/types.h>

#include <optional>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

// Makes a connection send small messages at once, and detect within a minute that the peer vanished without closing (a
// cable, a firewall, a host that was switched off).
void SetUpConnection(int socket);

// The two ends of a local connection, for bytes in both directions.
struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
// Makes a socket pair; `flags` (0 or SOCK_NONBLOCK) applies to both ends. Fails with kInternal when the system has no
// descriptors left.
Result<SocketPair> MakeSocketPair(int flags);

// Returns the user whose process is at the other end of a local connection: the process that connected or made the
// pair.
std::optional<uid_t> PeerUser(int socket);

}  // namespace sallyport
