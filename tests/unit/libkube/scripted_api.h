// An API server for one test: accepts connections without TLS, reads requests, and has a function answer them.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libbase/file.h"
#include "libkube/endpoint.h"
#include "tests/unit/libclient/tls_server.h"

namespace sallyport::test {

struct Asked {
  std::string method;
  std::string target;
  std::string head;  // request line and fields
  std::string body;

  bool operator==(std::string_view line) const { return method + " " + target == line; }
  bool Has(std::string_view field) const { return head.contains("\r\n" + std::string(field) + "\r\n"); }
};

// The server's end of a connection.
class Answering {
 public:
  explicit Answering(int fd) : fd_(fd) {}

  void Write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void Answer(int status, const std::string& body, const std::string& fields = "") const {
    Write(fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}", status,
                      fields, body.size(), body));
  }
  void Refuse(int status, const std::string& reason, const std::string& message, const std::string& fields = "") const {
    Answer(status,
           fmt::format(
               R"({{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{}","reason":"{}","code":{}}})",
               message, reason, status),
           fields);
  }
  void BeginWatch() const { Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); }
  void Chunk(std::string_view text) const { Write(fmt::format("{:x}\r\n{}\r\n", text.size(), text)); }
  void EndWatch() const { Write("0\r\n\r\n"); }
  // Waits until the client has closed the connection, or the test is over.
  void WaitForClose() const {
    char byte = 0;
    while (::recv(fd_, &byte, 1, 0) > 0) {
    }
  }

 private:
  int fd_;
};

class ScriptedApi {
 public:
  // Called in a thread for each connection. Returns whether the connection may serve another request.
  using Handler = std::function<bool(const Asked& asked, const Answering& answering)>;

  explicit ScriptedApi(Handler handler) : handler_(std::move(handler)), accepting_([this] { Accept(); }) {}
  ~ScriptedApi() {
    ::shutdown(listener_.fd(), SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& fd : connections_) ::shutdown(fd.get(), SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
  }

  KubeEndpoint endpoint() const {
    KubeEndpoint endpoint;
    endpoint.name = "test";
    endpoint.host = listener_.address().host;
    endpoint.port = listener_.address().port;
    endpoint.use_tls = false;
    return endpoint;
  }
  // Returns what was asked so far.
  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
  }

 private:
  void Accept() {
    while (true) {
      UniqueFd fd(::accept(listener_.fd(), nullptr, nullptr));
      if (!fd.valid()) return;
      const std::lock_guard lock(mutex_);
      connections_.push_back(std::move(fd));
      threads_.emplace_back([this, number = connections_.back().get()] { Serve(number); });
    }
  }

  void Serve(int fd) {
    std::string bytes;
    const Answering answering(fd);
    while (true) {
      Asked asked;
      if (!Read(fd, bytes, asked)) break;
      {
        const std::lock_guard lock(mutex_);
        asked_.push_back(asked);
      }
      if (!handler_(asked, answering)) break;
    }
    ::shutdown(fd, SHUT_RDWR);
  }

  static bool More(int fd, std::string& bytes) {
    char buffer[65536];
    const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  static bool Read(int fd, std::string& bytes, Asked& asked) {
    std::size_t end = 0;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
      if (!More(fd, bytes)) return false;
    }
    asked.head = bytes.substr(0, end + 2);
    bytes.erase(0, end + 4);
    const auto space = asked.head.find(' ');
    asked.method = asked.head.substr(0, space);
    asked.target = asked.head.substr(space + 1, asked.head.find(' ', space + 1) - space - 1);
    constexpr std::string_view kLength = "Content-Length: ";
    const auto length = asked.head.find(kLength);
    const std::size_t size =
        length == std::string::npos ? 0 : std::strtoul(asked.head.c_str() + length + kLength.size(), nullptr, 10);
    while (bytes.size() < size) {
      if (!More(fd, bytes)) return false;
    }
    asked.body = bytes.substr(0, size);
    bytes.erase(0, size);
    return true;
  }

  Handler handler_;
  Listener listener_;
  mutable std::mutex mutex_;
  std::vector<UniqueFd> connections_;
  std::vector<std::thread> threads_;
  std::vector<Asked> asked_;
  std::thread accepting_;  // last: it starts after all other members exist
};

}  // namespace sallyport::test
