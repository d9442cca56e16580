// A server for few, small answers on a thread of its own: the diagnostics of a bot, and its status socket. Clients have
// seconds to ask, and the oldest of many makes room: silent clients do not keep the probes of a bot away.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/stop_signal.h"

namespace sallyport {

class LocalServer {
 public:
  // Returns the answer to a request: the bytes that a client sent first, at most 8 KiB, up to an empty line; empty for
  // a client that sent none. Called by the server's thread.
  using Answer = std::function<std::string(const std::string& request)>;

  // Listens on a TCP port, or on a socket with the mode 0600, which replaces a file of the same name. Fails with
  // kConnectionProblem and the address.
  static Result<std::unique_ptr<LocalServer>> OnPort(const HostPort& address, Answer answer);
  static Result<std::unique_ptr<LocalServer>> OnSocket(const std::string& path, Answer answer);
  // Ends the thread; removes the socket's file.
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  // Returns the port that the server listens on, which the system has chosen for port 0.
  int port() const { return port_; }

 private:
  LocalServer(UniqueFd listener, bool reads_first, std::string path, Answer answer);
  // A client whose request is not whole.
  struct Client {
    UniqueFd fd;
    std::chrono::steady_clock::time_point deadline;
    std::string request = {};
  };
  void Serve();
  bool Admit(std::vector<Client>& clients) const;
  bool Waits(Client& client) const;
  void Reply(const Client& client) const;

  const UniqueFd listener_;
  const bool reads_first_;  // the client speaks first
  const std::string path_;  // of the socket's file; empty: a port
  const Answer answer_;
  int port_ = 0;
  StopSignal stop_;
  std::thread thread_;  // last: it starts after all other members exist
};

// A program that serves a socket, for errors: "bot", and what to do when it does not answer.
struct AskedProgram {
  std::string_view name;
  std::string_view hint;
};

// Asks a server on a socket, and returns all that it sends. Fails with kNotFound (no socket), kAccessDenied or
// kConnectionProblem (nobody listens, or no answer within seconds).
Result<std::string> AskLocalSocket(const std::string& path, const AskedProgram& program);

}  // namespace sallyport
