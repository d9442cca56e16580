#include "libmachine/local_server.h"

#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include <filesystem>

#include "libclient/network.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

std::string Exchange(int port, std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const UniqueFd fd = ConnectTcp({"127.0.0.1", port}, {}, deadline).value();
  ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
  std::string answer;
  char buffer[4096];
  while (WaitFor(fd.get(), POLLIN, deadline)) {
    const ssize_t count = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (count <= 0) break;
    answer.append(buffer, static_cast<std::size_t>(count));
  }
  return answer;
}

TEST_CASE("a port answers whole requests") {
  const auto server =
      LocalServer::OnPort({"127.0.0.1", 0}, [](const std::string& request) { return "<" + request + ">"; }).value();
  CHECK(server->port() > 0);
  CHECK(Exchange(server->port(), "GET / HTTP/1.1\r\n\r\n") == "<GET / HTTP/1.1\r\n\r\n>");
  CHECK(Exchange(server->port(), "again\r\n\r\n") == "<again\r\n\r\n>");
  const auto taken = LocalServer::OnPort({"127.0.0.1", server->port()}, [](const std::string&) { return ""; });
  REQUIRE_FALSE(taken);
  CHECK(taken.error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("silent and slow clients keep nobody away") {
  const auto server =
      LocalServer::OnPort({"127.0.0.1", 0}, [](const std::string&) { return std::string("OK"); }).value();
  const auto begun = std::chrono::steady_clock::now();
  const auto deadline = begun + std::chrono::seconds(10);
  std::vector<UniqueFd> silent;
  for (int count = 0; count < 200; ++count) {
    silent.push_back(ConnectTcp({"127.0.0.1", server->port()}, {}, deadline).value());
    ::send(silent.back().get(), "GET", 3, MSG_NOSIGNAL);
  }
  CHECK(Exchange(server->port(), "GET /livez HTTP/1.1\r\n\r\n") == "OK");
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));

  // The oldest has made room; the others are sent away when their time is over.
  char byte = 0;
  for (const auto& client : silent) {
    CHECK(WaitFor(client.get(), POLLIN, deadline));
    CHECK(::recv(client.get(), &byte, 1, 0) <= 0);
  }
}

constexpr AskedProgram kAsked{.name = "bot", .hint = "start the bot"};

TEST_CASE("a socket is private, and answers at once") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "status.sock";
  const Error absent = AskLocalSocket(path, kAsked).error();
  CHECK(absent.kind == ErrorKind::kNotFound);
  CHECK(absent.message.starts_with("no bot answers at "));
  CHECK(absent.hint == "start the bot");
  {
    const auto server =
        LocalServer::OnSocket(path, [](const std::string&) { return std::string(100'000, 'x'); }).value();
    CHECK(test::ModeOf(path) == 0600);
    CHECK(AskLocalSocket(path, kAsked).value().size() == 100'000);
    // A socket that a killed bot left is replaced.
    CHECK(LocalServer::OnSocket(path, [](const std::string&) { return std::string("new"); }));
  }
  CHECK_FALSE(AskLocalSocket(path, kAsked));
}

TEST_CASE("a socket may be in a deep folder, whose path an address does not hold") {
  const test::TemporaryDirectory directory;
  const std::string folder = directory / std::string(200, 'd');
  const std::string path = folder + "/status.sock";
  CHECK(AskLocalSocket(path, kAsked).error().kind == ErrorKind::kNotFound);
  REQUIRE(std::filesystem::create_directory(folder));
  {
    const auto server = LocalServer::OnSocket(path, [](const std::string&) { return std::string("deep"); }).value();
    CHECK(test::ModeOf(path) == 0600);
    CHECK(AskLocalSocket(path, kAsked).value() == "deep");
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(AskLocalSocket(folder + "/" + std::string(200, 'x'), kAsked).error().kind == ErrorKind::kBadParameter);
}

}  // namespace
}  // namespace sallyport
