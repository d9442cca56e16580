#include "libbase/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sallyport {

void SetUpConnection(int socket) {
  struct Setting {
    int level;
    int option;
    int value;
  };
  constexpr std::array kSettings{Setting{IPPROTO_TCP, TCP_NODELAY, 1}, Setting{SOL_SOCKET, SO_KEEPALIVE, 1},
                                 Setting{IPPROTO_TCP, TCP_KEEPIDLE, 30}, Setting{IPPROTO_TCP, TCP_KEEPINTVL, 10},
                                 Setting{IPPROTO_TCP, TCP_KEEPCNT, 3},
                                 // The same limit for sent bytes without an acknowledgement.
                                 Setting{IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000}};
  for (const auto& setting : kSettings) {
    ::setsockopt(socket, setting.level, setting.option, &setting.value, sizeof setting.value);
  }
}

Result<SocketPair> MakeSocketPair(int flags) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends) != 0) {
    return Fail(ErrorKind::kInternal, "cannot make a socket pair: {}", std::strerror(errno));
  }
  return SocketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::optional<uid_t> PeerUser(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.uid;
}

}  // namespace sallyport
