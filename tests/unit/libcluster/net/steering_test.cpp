#include "libcluster/net/steering.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "libbase/file.h"

namespace sallyport {
namespace {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

Address AddressOf(const std::string& host, std::uint16_t port) {
  Address address;
  auto* const four = reinterpret_cast<sockaddr_in*>(&address.bytes);
  auto* const six = reinterpret_cast<sockaddr_in6*>(&address.bytes);
  if (::inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.size = sizeof *four;
  } else {
    REQUIRE(::inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.size = sizeof *six;
  }
  return address;
}

UniqueFd BoundTo(const Address& address) {
  UniqueFd socket(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  REQUIRE(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0);
  REQUIRE(::bind(socket.get(), address.get(), address.size) == 0);
  return socket;
}

// Two sockets that listen on the same port of this host.
class Group {
 public:
  explicit Group(const std::string& host) {
    for (auto& socket : sockets_) {
      socket = BoundTo(AddressOf(host, port_));
      REQUIRE(::listen(socket.get(), 16) == 0);
      Address bound;
      bound.size = sizeof bound.bytes;
      REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.bytes), &bound.size) == 0);
      port_ = ntohs(reinterpret_cast<const sockaddr_in*>(&bound.bytes)->sin_port);  // as in sockaddr_in6
    }
  }

  int socket() const { return sockets_[0].get(); }

  // Connects from an address of this host; returns the index of the socket that gets the connection.
  int Chosen(const std::string& source) const {
    const UniqueFd client = BoundTo(AddressOf(source, 0));
    const Address to = AddressOf(source.contains(':') ? "::1" : "127.0.0.1", port_);
    REQUIRE(::connect(client.get(), to.get(), to.size) == 0);
    pollfd waits[] = {{sockets_[0].get(), POLLIN, 0}, {sockets_[1].get(), POLLIN, 0}};
    REQUIRE(::poll(waits, 2, 5000) == 1);
    const int chosen = waits[0].revents != 0 ? 0 : 1;
    const UniqueFd accepted(::accept(sockets_[chosen].get(), nullptr, nullptr));
    return chosen;
  }

 private:
  UniqueFd sockets_[2];
  std::uint16_t port_ = 0;
};

TEST_CASE("the kernel leads known sources to the first socket and all others to the second") {
  const Group group("0.0.0.0");
  REQUIRE(Steer(group.socket(), {}));
  CHECK(group.Chosen("127.0.0.1") == 1);

  REQUIRE(Steer(group.socket(), {"2001:db8::/64", "127.1.0.1", "not an address", "127.0.0.7"}));
  for (int again = 0; again < 5; ++again) {
    CHECK(group.Chosen("127.0.0.7") == 0);
    CHECK(group.Chosen("127.1.0.1") == 0);
    CHECK(group.Chosen("127.0.0.1") == 1);
    CHECK(group.Chosen("127.1.0.2") == 1);
  }
}

TEST_CASE("a socket for both families") {
  if (::access("/proc/net/if_inet6", F_OK) != 0) return;  // the host has no IPv6
  const Group group("::");
  REQUIRE(Steer(group.socket(), {"2001:db8::/64", "127.0.0.7"}));
  CHECK(group.Chosen("::1") == 1);
  CHECK(group.Chosen("127.0.0.7") == 0);
  CHECK(group.Chosen("127.0.0.1") == 1);
  REQUIRE(Steer(group.socket(), {"127.0.0.7", "2001:db8::/64", "::/64"}));
  CHECK(group.Chosen("::1") == 0);
  CHECK(group.Chosen("127.0.0.1") == 1);
}

TEST_CASE("a program has room for two thousand sources, and the last seen come first") {
  std::vector<std::string> sources;
  for (int number = 0; number < 10'000; ++number) {
    sources.push_back("127." + std::to_string(1 + number / 10'000) + "." + std::to_string(number / 250) + "." +
                      std::to_string(number % 250 + 1));
  }
  CHECK(SteeringProgram(sources).size() <= BPF_MAXINSNS);
  CHECK(SteeringProgram(sources).size() > BPF_MAXINSNS - 8);
  const Group group("0.0.0.0");
  REQUIRE(Steer(group.socket(), sources));
  CHECK(group.Chosen(sources.front()) == 0);
  CHECK(group.Chosen(sources[2000]) == 0);
  CHECK(group.Chosen(sources.back()) == 1);

  std::vector<std::string> of_six;
  for (int number = 0; number < 2'000; ++number) of_six.push_back("2001:db8:0:" + std::to_string(number) + "::/64");
  CHECK(SteeringProgram(of_six).size() <= BPF_MAXINSNS);
  CHECK(Steer(group.socket(), of_six));
}

}  // namespace
}  // namespace sallyport
