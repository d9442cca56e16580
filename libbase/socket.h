// Sockets: what every TCP connection of ours is set to, and pairs.
#pragma once

#include <sys/types.h>

#include <optional>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

// Sends small messages at once, and notices within a minute that the other side is gone without a word: a cable, a
// firewall, a host that was switched off.
void SetUpConnection(int socket);

// Two ends of a connection inside of this host, for bytes both ways.
struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
// `flags` is 0 or SOCK_NONBLOCK, of both. kInternal when the system has no more.
Result<SocketPair> MakeSocketPair(int flags);

// Returns who is at the other end of a connection inside of this host: whose process connected, or made the pair.
std::optional<uid_t> PeerUser(int socket);

}  // namespace sallyport
