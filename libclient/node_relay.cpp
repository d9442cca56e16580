#include "libclient/node_relay.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/secret.h"
#include "libbase/socket.h"

namespace sallyport {
namespace {

constexpr std::size_t kNameBytes = 16;
constexpr int kBacklog = 4;

// An abstract socket address, which is not a file and ends with its socket. Any user may connect, so both ends check
// the user of the peer.
struct Address {
  explicit Address(std::string_view name) {
    value.sun_family = AF_UNIX;
    const std::size_t count = std::min(name.size(), sizeof value.sun_path - 1);
    std::memcpy(value.sun_path + 1, name.data(), count);
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + count);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
  sockaddr_un value{};
  socklen_t size;
};

Result<UniqueFd> OpenSocket() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.valid()) return socket;
  return Fail(ErrorKind::kInternal, "cannot make a socket: {}", std::strerror(errno));
}

UniqueFd Accept(const UniqueFd& listener) {
  while (true) {
    UniqueFd connection(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid() && PeerUser(connection.get()) == ::geteuid()) return connection;
    if (!connection.valid() && errno != EINTR && errno != ECONNABORTED) return {};
  }
}

// Leaves stdin and stdout to ssh. Keeps stderr for errors of this process.
void LeaveTerminal() {
  ::setsid();
  const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(nothing.get(), STDOUT_FILENO);
}

void RunRelay(const NodeRelayWork& work, UniqueFd listener, pid_t parent) {
  LeaveTerminal();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) return;
  const auto relay = work.dial();
  const UniqueFd connection = Accept(listener);
  if (!connection.valid()) return;
  ::prctl(PR_SET_PDEATHSIG, 0);  // ssh may go to the background
  listener.Reset();
  const Status done = relay ? (*relay)(connection.get()) : std::unexpected(relay.error());
  if (!done) work.report(done.error());
}

}  // namespace

Result<std::string> StartNodeRelay(const NodeRelayWork& work) {
  std::string name = "sallyport-" + ToHex(RandomBytes(kNameBytes));
  const Address address(name);
  ASSIGN_OR_RETURN(UniqueFd listener, OpenSocket());
  if (::bind(listener.get(), address.get(), address.size) != 0 || ::listen(listener.get(), kBacklog) != 0) {
    return Fail(ErrorKind::kInternal, "cannot listen for ssh: {}", std::strerror(errno));
  }

  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return Fail(ErrorKind::kInternal, "cannot start a process: {}", std::strerror(errno));
  if (child > 0) return name;
  RunRelay(work, std::move(listener), parent);
  ::_exit(0);
}

Status HandOverRelay(const std::string& name, int out) {
  const Address address(name);
  ASSIGN_OR_RETURN(const UniqueFd relay, OpenSocket());
  if (::connect(relay.get(), address.get(), address.size) != 0 || PeerUser(relay.get()) != ::geteuid()) {
    return Fail(ErrorKind::kConnectionProblem, "the process that dials the node does not run");
  }

  char byte = 0;  // a message with a descriptor needs at least one byte
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();

  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int descriptor = relay.get();
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);

  if (::sendmsg(out, &message, MSG_NOSIGNAL) == 1) return {};
  return Fail(ErrorKind::kBadParameter, "cannot pass a descriptor to the output: {}", std::strerror(errno));
}

}  // namespace sallyport
