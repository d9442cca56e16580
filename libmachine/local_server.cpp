#include "libmachine/local_server.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "libbase/write_all.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxRequest = 8 << 10;
constexpr std::size_t kMaxLocalAnswer = 4 << 20;
constexpr std::chrono::seconds kClientTime{2};
constexpr std::chrono::seconds kReplyTime{1};  // of a client that does not read
constexpr int kLookPeriodMs = 100;             // for clients that ask too slowly
constexpr int kWaitingClients = 512;
constexpr std::size_t kMostClients = 64;

std::unexpected<Error> CannotListen(std::string_view address) {
  return Fail(ErrorKind::kConnectionProblem, "cannot listen on {}: {}", address, std::strerror(errno));
}

ErrorKind KindOfUnreached() {
  switch (errno) {
    case ENOENT:
      return ErrorKind::kNotFound;
    case EACCES:
      return ErrorKind::kAccessDenied;
    default:
      return ErrorKind::kConnectionProblem;
  }
}

std::unexpected<Error> DoesNotAnswer(const std::string& path, const AskedProgram& program) {
  return FailWithHint(KindOfUnreached(),
                      fmt::format("no {} answers at {}: {}", program.name, path, std::strerror(errno)),
                      std::string(program.hint));
}

// The address of a socket's file. An address has room for 107 bytes; the file of a longer path is reached through the
// descriptor of its folder, which has to stay open until the call with the address has returned.
struct SocketAddress {
  sockaddr_un value{};
  UniqueFd folder;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
};

Result<SocketAddress> SocketAddressOf(const std::string& path) {
  SocketAddress address;
  address.value.sun_family = AF_UNIX;
  std::string reached = path;
  if (path.size() >= sizeof address.value.sun_path) {
    const std::filesystem::path parts(path);
    address.folder = UniqueFd(::open(parts.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.folder.valid()) {
      return Fail(KindOfUnreached(), "the folder of the socket {} cannot be opened: {}", path, std::strerror(errno));
    }
    reached = fmt::format("/proc/self/fd/{}/{}", address.folder.get(), parts.filename().string());
  }

  if (reached.size() >= sizeof address.value.sun_path) {
    return Fail(ErrorKind::kBadParameter, "the name of the socket {} is too long", path);
  }
  std::memcpy(address.value.sun_path, reached.data(), reached.size());
  return address;
}

}  // namespace

LocalServer::LocalServer(UniqueFd listener, bool reads_first, std::string path, Answer answer)
    : listener_(std::move(listener)), reads_first_(reads_first), path_(std::move(path)), answer_(std::move(answer)) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0) {
    if (bound.ss_family == AF_INET) port_ = ntohs(reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
    if (bound.ss_family == AF_INET6) port_ = ntohs(reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port);
  }
  thread_ = std::thread([this] { Serve(); });
}

LocalServer::~LocalServer() {
  stop_.Stop();
  thread_.join();
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<std::unique_ptr<LocalServer>> LocalServer::OnPort(const HostPort& address, Answer answer) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const char* const host = address.host.empty() ? nullptr : address.host.c_str();
  const int failed = ::getaddrinfo(host, std::to_string(address.port).c_str(), &hints, &found);
  if (failed != 0) {
    return Fail(ErrorKind::kConnectionProblem, "cannot listen on {}: {}", FormatHostPort(address),
                ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);

  UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!fd.valid() || ::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(fd.get(), kWaitingClients) != 0) {
    return CannotListen(FormatHostPort(address));
  }
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(fd), true, "", std::move(answer)));
}

Result<std::unique_ptr<LocalServer>> LocalServer::OnSocket(const std::string& path, Answer answer) {
  ASSIGN_OR_RETURN(const SocketAddress address, SocketAddressOf(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::unlink(path.c_str());
  // The mode of the socket's file is that of its descriptor, less the umask; so there is no moment with another mode.
  if (!fd.valid() || ::fchmod(fd.get(), 0600) != 0 || ::bind(fd.get(), address.get(), sizeof address.value) != 0 ||
      ::listen(fd.get(), kWaitingClients) != 0) {
    return CannotListen(path);
  }
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(fd), false, path, std::move(answer)));
}

void LocalServer::Serve() {
  std::vector<Client> clients;
  while (true) {
    std::vector<pollfd> waiting{{listener_.get(), POLLIN, 0}, {stop_.descriptor(), POLLIN, 0}};
    for (const auto& client : clients) waiting.push_back({client.fd.get(), POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), clients.empty() ? -1 : kLookPeriodMs) < 0 && errno != EINTR) return;
    if (stop_.stopped()) return;

    std::erase_if(clients, [this](Client& client) { return !Waits(client); });
    for (std::size_t count = 0; count < kMostClients && Admit(clients); ++count) {
    }
  }
}

// Returns whether a client has come.
bool LocalServer::Admit(std::vector<Client>& clients) const {
  Client client{UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)),
                std::chrono::steady_clock::now() + kClientTime};
  if (!client.fd.valid()) return false;
  if (!reads_first_) {
    Reply(client);
    return true;
  }
  // A request that has come with its client is answered before the client can be the oldest.
  if (!Waits(client)) return true;
  if (clients.size() >= kMostClients) clients.erase(clients.begin());
  clients.push_back(std::move(client));
  return true;
}

// Reads what has come and answers a whole request: up to an empty line, or the limit. Returns whether the client still
// has to send something.
bool LocalServer::Waits(Client& client) const {
  char buffer[2048];
  while (client.request.size() < kMaxRequest && !client.request.contains("\r\n\r\n")) {
    const ssize_t count = ::recv(client.fd.get(), buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return std::chrono::steady_clock::now() < client.deadline;
    if (count <= 0) return false;
    client.request.append(buffer, static_cast<std::size_t>(count));
  }
  Reply(client);
  return false;
}

void LocalServer::Reply(const Client& client) const {
  WriteOptions options;
  options.is_socket = true;
  options.until_readable = stop_.descriptor();
  options.deadline = std::chrono::steady_clock::now() + kReplyTime;
  WriteAll(client.fd.get(), answer_(client.request), options);
}

Result<std::string> AskLocalSocket(const std::string& path, const AskedProgram& program) {
  ASSIGN_OR_RETURN(const SocketAddress address, SocketAddressOf(path));
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid() || ::connect(fd.get(), address.get(), sizeof address.value) != 0) {
    return DoesNotAnswer(path, program);
  }

  const auto deadline = std::chrono::steady_clock::now() + kClientTime;
  std::string answer;
  char buffer[16384];
  while (answer.size() < kMaxLocalAnswer) {
    if (!WaitFor(fd.get(), POLLIN, deadline))
      return std::unexpected(AnswersTooLate(fmt::format("the {}", program.name)));
    const ssize_t count = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (count == 0) return answer;
    if (count < 0) return Fail(ErrorKind::kConnectionProblem, "the {} broke the connection at {}", program.name, path);
    answer.append(buffer, static_cast<std::size_t>(count));
  }
  return Fail(ErrorKind::kLimitExceeded, "the answer at {} is longer than {} bytes", path, kMaxLocalAnswer);
}

}  // namespace sallyport
