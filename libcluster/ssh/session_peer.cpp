#include "libcluster/ssh/session_peer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

// glibc 2.36 declares these without saying that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include "libcluster/ssh/session_wire.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77  // Linux 6.5
#endif

namespace sallyport {
namespace {

// A session's process is the child of the process that serves the user, which is the child of sshd; other processes of
// the same user can inspect programs farther down (xauth).
constexpr std::size_t kMostAncestors = 2;
constexpr std::size_t kFewGroups = 32;
constexpr std::size_t kMaxGroups = 65536;
constexpr int kFirstDescriptor = 16;  // above the descriptors that processes start with

std::unexpected<Error> Gone() { return Fail(ErrorKind::kNotFound, "the process at the session's socket has ended"); }

// Reads the parent from /proc: "PID (NAME) STATE PARENT ...", where the name may have any character.
std::optional<pid_t> ParentOf(pid_t process) {
  const auto stat = ReadFile(fmt::format("/proc/{}/stat", process), 4096);
  if (!stat) return std::nullopt;
  constexpr std::size_t kStateLength = 4;  // ") S "
  const auto name_end = stat->rfind(')');
  if (name_end == std::string::npos || stat->size() < name_end + kStateLength) return std::nullopt;
  pid_t parent = 0;
  const char* const begin = stat->data() + name_end + kStateLength;
  const auto [end, error] = std::from_chars(begin, stat->data() + stat->size(), parent);
  if (error != std::errc() || end == begin) return std::nullopt;
  return parent;
}

// Reads every process twice, the second time in reverse order: a process with the same parent both times had it all the
// time, so that no number was reused in between.
Result<std::vector<pid_t>> AncestorsOf(pid_t process) {
  std::vector<pid_t> line{process};
  while (line.size() <= kMostAncestors && line.back() > 1) {
    const auto parent = ParentOf(line.back());
    if (!parent) return Gone();
    line.push_back(*parent);
  }
  for (std::size_t i = line.size() - 1; i > 0; --i) {
    if (ParentOf(line[i - 1]) != line[i]) return Gone();
  }
  line.erase(line.begin());
  return line;
}

Result<std::vector<gid_t>> GroupsOf(int socket) {
  std::vector<gid_t> groups(kFewGroups);
  while (true) {
    socklen_t size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
      groups.resize(size / sizeof(gid_t));
      return groups;
    }
    if (errno != ERANGE || size / sizeof(gid_t) > kMaxGroups) {
      return Fail(ErrorKind::kInternal, "cannot read a session's groups: {}", std::strerror(errno));
    }
    groups.resize(size / sizeof(gid_t));
  }
}

// Returns the process that connected, even if its number was reused. Before Linux 6.5 returns the process that has the
// number now.
UniqueFd ProcessOf(int socket, pid_t number) {
  int process = -1;
  socklen_t size = sizeof process;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &process, &size) == 0) return UniqueFd(process);
  return errno == ENOPROTOOPT ? UniqueFd(::pidfd_open(number, 0)) : UniqueFd();
}

bool HasEnded(int process) {
  pollfd wait{process, POLLIN, 0};
  return ::poll(&wait, 1, 0) != 0;
}

// Takes the descriptors out of a message, each moved above the numbers that processes are started with.
void TakeDescriptors(msghdr& message, std::vector<UniqueFd>& descriptors) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
      const UniqueFd received(number);
      descriptors.emplace_back(::fcntl(number, F_DUPFD_CLOEXEC, kFirstDescriptor));
    }
  }
}

}  // namespace

Result<SessionPeer> PeerOf(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return Gone();
  SessionPeer peer;
  peer.uid = credentials.uid;
  peer.gid = credentials.gid;
  peer.process = ProcessOf(socket, credentials.pid);
  if (!peer.process.valid()) return Gone();
  ASSIGN_OR_RETURN(peer.groups, GroupsOf(socket));
  ASSIGN_OR_RETURN(peer.ancestors, AncestorsOf(credentials.pid));
  if (HasEnded(peer.process.get())) return Gone();
  return peer;
}

bool ReceiveWithDescriptors(int socket, std::string& bytes, std::vector<UniqueFd>& descriptors) {
  std::array<char, 16 << 10> buffer;
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kSessionDescriptors * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  TakeDescriptors(message, descriptors);
  bytes.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 && (message.msg_flags & MSG_CTRUNC) == 0 && descriptors.size() <= kSessionDescriptors;
}

}  // namespace sallyport
