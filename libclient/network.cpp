#include "libclient/network.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "libbase/encoding.h"
#include "libbase/secret.h"
#include "libbase/socket.h"
#include "libbase/text.h"
#include "libbase/write_all.h"
#include "libclient/http/http_proxy.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxProxyAnswer = 16384;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::unexpected<Error> FailConnect(const HostPort& address, int number) {
  const std::string where = FormatHostPort(address);
  std::string hint = "check the address, and that the network allows connections to the host";
  std::string reason = std::strerror(number);
  if (number == ECONNREFUSED) {
    reason = "the connection was refused";
    hint = "no program listens at this address: check the host and the port, and that the service runs";
  } else if (number == ETIMEDOUT) {
    reason = "no answer in time";
    hint = "a firewall may drop the packets: check the address, the port and your network";
  }

  return FailWithHint(ErrorKind::kConnectionProblem, fmt::format("cannot connect to {}: {}", where, reason),
                      std::move(hint));
}

Result<Addresses> Resolve(const HostPort& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (code == 0) return Addresses(list);
  return FailWithHint(ErrorKind::kConnectionProblem,
                      fmt::format("cannot find the host \"{}\": {}", StripControl(address.host), ::gai_strerror(code)),
                      "check the spelling of the name, and that DNS works");
}

int ConnectOne(const addrinfo& candidate, Deadline deadline, int stop, UniqueFd& connected) {
  UniqueFd fd(::socket(candidate.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return errno;
  SetUpConnection(fd.get());

  if (::connect(fd.get(), candidate.ai_addr, candidate.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return errno;
    if (!WaitFor(fd.get(), POLLOUT, deadline, stop)) return ETIMEDOUT;
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0) return number;
  }
  connected = std::move(fd);
  return 0;
}

Result<UniqueFd> ConnectDirect(const HostPort& address, Deadline deadline, int stop) {
  ASSIGN_OR_RETURN(const Addresses list, Resolve(address));
  int number = ECONNREFUSED;
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    UniqueFd fd;
    number = ConnectOne(*at, deadline, stop, fd);
    if (number == 0) return fd;
  }
  return FailConnect(address, number);
}

// Reads up to the end of the proxy's header, and not a byte more: what follows belongs to the tunnel.
Result<std::string> ReadProxyAnswer(int fd, Deadline deadline, int stop) {
  std::string answer;
  while (!answer.ends_with("\r\n\r\n") && answer.size() < kMaxProxyAnswer) {
    char byte = 0;
    const ssize_t count = ::recv(fd, &byte, 1, 0);
    if (count == 1) {
      answer += byte;
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR) || !WaitFor(fd, POLLIN, deadline, stop)) {
      return Fail(ErrorKind::kConnectionProblem, "the HTTP proxy does not answer");
    }
  }
  return answer;
}

Result<UniqueFd> ConnectThroughProxy(const HttpProxy& proxy, const HostPort& address, Deadline deadline, int stop) {
  auto connected = ConnectDirect(proxy.address, deadline, stop);
  if (!connected) {
    return FailWithHint(connected.error().kind,
                        fmt::format("the HTTP proxy of HTTPS_PROXY: {}", connected.error().message),
                        "correct HTTPS_PROXY, or name hosts that need no proxy in NO_PROXY");
  }
  UniqueFd fd = std::move(*connected);

  const std::string target = FormatHostPort(address);
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target);
  if (!proxy.authorization.empty()) {
    request += "Proxy-Authorization: Basic " + ToBase64(proxy.authorization.Reveal()) + "\r\n";
  }
  const Secret text(request + "\r\n");
  Wipe(request);
  if (!WriteAll(fd.get(), text.Reveal(), {.is_socket = true, .deadline = deadline})) {
    return Fail(ErrorKind::kConnectionProblem, "the HTTP proxy closed the connection");
  }

  ASSIGN_OR_RETURN(const std::string answer, ReadProxyAnswer(fd.get(), deadline, stop));
  if (answer.size() > 12 && answer.starts_with("HTTP/1.") && answer.substr(9, 3) == "200") return fd;
  return FailWithHint(
      ErrorKind::kConnectionProblem,
      fmt::format("the HTTP proxy {} of HTTPS_PROXY refuses to connect to {}: {}", FormatHostPort(proxy.address),
                  target, StripControl(answer.substr(0, std::min(answer.find('\r'), std::size_t{80})))),
      "set NO_PROXY for hosts that need no proxy");
}

}  // namespace

Status LookUpHost(const std::string& host) {
  const auto found = Resolve({host, 0});
  return found ? Status() : std::unexpected(found.error());
}

bool WaitFor(int fd, short events, Deadline deadline, int stop) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> entries{pollfd{fd, events, 0}, pollfd{stop, POLLIN, 0}};  // poll passes over -1
    const auto time = static_cast<int>(std::min<std::int64_t>(left.count(), 3'600'000));
    const int count = ::poll(entries.data(), entries.size(), time);
    if (count > 0) return entries[1].revents == 0;
    if (count < 0 && errno != EINTR) return false;
  }
}

Result<UniqueFd> ConnectTcp(const HostPort& address, const NetworkSettings& settings, Deadline deadline) {
  ASSIGN_OR_RETURN(const auto proxy, HttpProxyFor(settings, address));
  const int stop = settings.stop_descriptor;
  return proxy ? ConnectThroughProxy(*proxy, address, deadline, stop) : ConnectDirect(address, deadline, stop);
}

Error CannotBeReached(std::string_view peer, std::string_view reason) {
  return {ErrorKind::kConnectionProblem, fmt::format("{} cannot be reached: {}", peer, reason),
          "try again; if the cluster was set up anew, log in again"};
}

Error AnswersTooLate(std::string_view peer) {
  return {ErrorKind::kConnectionProblem, fmt::format("{} does not answer in time", peer), "try again"};
}

}  // namespace sallyport
