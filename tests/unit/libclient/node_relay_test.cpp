// Tests of a connection that another process dials and hands over.
#include "libclient/node_relay.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "libbase/file.h"
#include "libbase/socket.h"

namespace sallyport {
namespace {

// Receives a descriptor as ssh does.
UniqueFd ReceiveDescriptor(int socket) {
  char byte = 1;
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  REQUIRE(::recvmsg(socket, &message, 0) == 1);
  int descriptor = -1;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  REQUIRE(header != nullptr);
  REQUIRE(header->cmsg_type == SCM_RIGHTS);
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return UniqueFd(descriptor);
}

UniqueFd HandedOver(const std::string& name) {
  auto pair = MakeSocketPair(0);
  REQUIRE(pair);
  REQUIRE(HandOverRelay(name, pair->first.get()));
  return ReceiveDescriptor(pair->second.get());
}

std::string ReadAll(int descriptor) {
  std::string text;
  std::array<char, 256> buffer;
  for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

TEST_CASE("the process that dialled serves the handed-over connection") {
  NodeRelayWork work;
  work.dial = []() -> Result<NodeRelayWork::Relay> {
    return [pid = ::getpid()](int descriptor) -> Status {
      std::array<char, 4> heard{};
      const bool whole = ::read(descriptor, heard.data(), heard.size()) == 4;
      const std::string said = fmt::format("{} {}", std::string_view(heard.data(), whole ? 4 : 0), pid);
      std::ignore = ::write(descriptor, said.data(), said.size());
      return {};
    };
  };
  work.report = [](const Error&) {};
  const auto name = StartNodeRelay(work);
  REQUIRE(name);
  const UniqueFd connection = HandedOver(*name);
  REQUIRE(::write(connection.get(), "ping", 4) == 4);
  const std::string said = ReadAll(connection.get());
  CHECK(said.starts_with("ping "));
  CHECK(said != fmt::format("ping {}", ::getpid()));
  // A relay serves one connection.
  CHECK(HandOverRelay(*name, connection.get()).error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("a dial that fails is told when ssh has come, and ends the connection") {
  auto told = MakeSocketPair(0);
  REQUIRE(told);
  NodeRelayWork work;
  work.dial = []() -> Result<NodeRelayWork::Relay> { return Fail(ErrorKind::kNotFound, "no such node"); };
  work.report = [&told](const Error& error) {
    std::ignore = ::write(told->first.get(), error.message.data(), error.message.size());
  };
  const auto name = StartNodeRelay(work);
  REQUIRE(name);
  told->first.Reset();
  const UniqueFd connection = HandedOver(*name);
  CHECK(ReadAll(connection.get()).empty());
  CHECK(ReadAll(told->second.get()) == "no such node");
}

TEST_CASE("an output that takes no descriptor") {
  NodeRelayWork work;
  work.dial = []() -> Result<NodeRelayWork::Relay> { return [](int) -> Status { return {}; }; };
  work.report = [](const Error&) {};
  const auto name = StartNodeRelay(work);
  REQUIRE(name);
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  CHECK(HandOverRelay(*name, pipe[1]).error().kind == ErrorKind::kBadParameter);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace sallyport
