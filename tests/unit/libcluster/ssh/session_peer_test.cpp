#include "libcluster/ssh/session_peer.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cstring>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

// A socket to which another process connects. The process sends a byte with descriptors, and stays until the end.
struct Visit {
  explicit Visit(int descriptors) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    listener = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    visitor = ::fork();
    if (visitor == 0) Visitor(address, descriptors);
    socket = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    REQUIRE(socket.valid());
  }
  ~Visit() { LetGo(); }

  [[noreturn]] static void Visitor(const sockaddr_un& address, int descriptors) {
    const int door = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(door, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(1);
    char byte = 'x';
    iovec part{&byte, 1};
    std::vector<int> numbers(static_cast<std::size_t>(descriptors), STDIN_FILENO);
    std::vector<char> control(CMSG_SPACE(numbers.size() * sizeof(int)));
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(numbers.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), numbers.data(), numbers.size() * sizeof(int));
    if (::sendmsg(door, &message, 0) != 1) ::_exit(1);
    std::ignore = ::read(door, &byte, 1);  // waits until the other end is closed
    ::_exit(0);
  }

  void LetGo() {
    socket.Reset();
    if (visitor > 0) ::waitpid(std::exchange(visitor, -1), nullptr, 0);
  }

  test::TemporaryDirectory directory;
  std::string path = directory / "door";
  UniqueFd listener;
  UniqueFd socket;
  pid_t visitor = -1;
};

TEST_CASE("the system says who is at the socket") {
  Visit visit(3);
  const auto peer = PeerOf(visit.socket.get());
  REQUIRE(peer);
  CHECK(peer->uid == ::geteuid());
  CHECK(peer->gid == ::getegid());
  CHECK(peer->ancestors == std::vector<pid_t>{::getpid(), ::getppid()});
  CHECK(peer->process.valid());
}

TEST_CASE("a peer that has ended has no identity") {
  Visit visit(1);
  const UniqueFd kept(::dup(visit.socket.get()));
  ::kill(visit.visitor, SIGKILL);
  ::waitpid(std::exchange(visit.visitor, -1), nullptr, 0);
  CHECK(PeerOf(kept.get()).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("as many descriptors as a session has are taken, and no more") {
  for (const auto& [count, good] :
       {std::pair(1, true), std::pair(3, true), std::pair(4, false), std::pair(200, false)}) {
    Visit visit(count);
    std::string bytes;
    std::vector<UniqueFd> descriptors;
    bool received = true;
    while (received && bytes.empty()) received = ReceiveWithDescriptors(visit.socket.get(), bytes, descriptors);
    CHECK(received == good);
    CHECK(descriptors.size() <= 4);
    for (const auto& descriptor : descriptors) CHECK(descriptor.get() > STDERR_FILENO);
  }
}

}  // namespace
}  // namespace sallyport
