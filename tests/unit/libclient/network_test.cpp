#include "libclient/network.h"

#include <poll.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libbase/process.h"
#include "libbase/socket.h"
#include "tests/unit/libclient/tls_server.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Answers one CONNECT, then says "hi".
std::string ServeConnect(const Listener& listener, const std::string& answer) {
  const UniqueFd fd(::accept(listener.fd(), nullptr, nullptr));
  std::string request;
  char byte = 0;
  while (!request.ends_with("\r\n\r\n") && ::read(fd.get(), &byte, 1) == 1) request += byte;
  std::ignore = ::write(fd.get(), answer.data(), answer.size());
  return request;
}

TEST_CASE("a wait ends when its descriptor is ready, with its time, and with the stop", "[network]") {
  const SocketPair pair = MakeSocketPair(0).value();
  const StopSignal stop;
  const auto soon = [] { return std::chrono::steady_clock::now() + 20ms; };
  CHECK(WaitFor(pair.first.get(), POLLOUT, soon(), stop.descriptor()));
  CHECK_FALSE(WaitFor(pair.first.get(), POLLIN, soon(), stop.descriptor()));
  CHECK_FALSE(WaitFor(-1, 0, soon()));
  StopSignal stopped;
  stopped.Stop();
  const Deadline late = std::chrono::steady_clock::now() + 60s;
  CHECK_FALSE(WaitFor(pair.first.get(), POLLIN, late, stopped.descriptor()));
  CHECK(std::chrono::steady_clock::now() < late - 30s);
}

TEST_CASE("a stop ends the wait for an HTTP proxy", "[network]") {
  const Listener silent;
  NetworkSettings settings;
  settings.https_proxy = fmt::format("http://{}", FormatHostPort(silent.address()));
  StopSignal stop;
  stop.Stop();
  settings.stop_descriptor = stop.descriptor();
  const Deadline late = std::chrono::steady_clock::now() + 60s;
  CHECK(ConnectTcp({"target.example.com", 443}, settings, late).error().kind == ErrorKind::kConnectionProblem);
  CHECK(std::chrono::steady_clock::now() < late - 30s);
}

TEST_CASE("a connection through an HTTP proxy", "[network]") {
  const Listener listener;
  NetworkSettings settings;
  settings.https_proxy = fmt::format("http://user:p%61ss@{}", FormatHostPort(listener.address()));
  std::string request;
  std::thread proxy([&] { request = ServeConnect(listener, "HTTP/1.1 200 OK\r\nVia: x\r\n\r\nhi"); });
  const auto fd = ConnectTcp({"target.example.com", 443}, settings, std::chrono::steady_clock::now() + 5s);
  proxy.join();
  REQUIRE(fd);
  CHECK(request.starts_with("CONNECT target.example.com:443 HTTP/1.1\r\nHost: target.example.com:443\r\n"));
  CHECK(request.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
  char buffer[8];
  CHECK(::read(fd->get(), buffer, sizeof buffer) == 2);
}

TEST_CASE("an HTTP proxy that refuses is named, its password is not", "[network]") {
  const Listener listener;
  NetworkSettings settings;
  settings.https_proxy = fmt::format("http://user:pass@{}", FormatHostPort(listener.address()));
  std::thread proxy([&] { ServeConnect(listener, "HTTP/1.1 403 Forbidden\r\n\r\n"); });
  const auto fd = ConnectTcp({"target.example.com", 443}, settings, std::chrono::steady_clock::now() + 5s);
  proxy.join();
  REQUIRE_FALSE(fd);
  CHECK(fd.error().message.contains("HTTP/1.1 403 Forbidden"));
  CHECK_FALSE(fd.error().message.contains("pass"));
}

TEST_CASE("an HTTP proxy that is not there is named as what it is", "[network]") {
  NetworkSettings settings;
  settings.https_proxy = "http://user:pass@127.0.0.1:1";
  const auto fd = ConnectTcp({"target.example.com", 443}, settings, std::chrono::steady_clock::now() + 5s);
  REQUIRE_FALSE(fd);
  CHECK(fd.error().message.starts_with("the HTTP proxy of HTTPS_PROXY: cannot connect to 127.0.0.1:1"));
  CHECK(fd.error().hint.contains("NO_PROXY"));
}

TEST_CASE("a host is looked up by its name or as its address", "[network]") {
  for (const char* host : {"localhost", "127.0.0.1", "::1"}) CHECK(LookUpHost(host).has_value());
  // Too long for a name, so that no server is asked.
  const auto unknown = LookUpHost(std::string(300, 'a'));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().kind == ErrorKind::kConnectionProblem);
}

}  // namespace
}  // namespace sallyport
