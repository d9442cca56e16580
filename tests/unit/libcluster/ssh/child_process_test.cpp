#include "libcluster/ssh/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>

namespace sallyport {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    reader = UniqueFd(ends[0]);
    const UniqueFd end(ends[1]);
    writer = UniqueFd(::fcntl(end.get(), F_DUPFD_CLOEXEC, 16));
  }
  std::string Read() {
    writer.Reset();
    std::string text;
    std::array<char, 1024> buffer;
    while (true) {
      const ssize_t count = ::read(reader.get(), buffer.data(), buffer.size());
      if (count <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  UniqueFd reader;
  UniqueFd writer;
};

ChildOptions Shell(const std::string& command, const Pipe& pipe) {
  return {"/bin/sh", {"sh", "-c", command}, {"ONLY=this"}, {pipe.writer.get(), pipe.writer.get(), pipe.writer.get()}};
}

TEST_CASE("a child has its descriptors and environment, in a session of its own") {
  Pipe pipe;
  const auto child =
      ChildProcess::Start(Shell("echo $ONLY $HOME $$; cut -d' ' -f6 /proc/$$/stat; ls /proc/$$/fd", pipe));
  REQUIRE(child);
  const std::string number = std::to_string(child->pid());
  CHECK(pipe.Read() == "this " + number + "\n" + number + "\n0\n1\n2\n");
}

TEST_CASE("signals are as they are by default") {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  const auto child = ChildProcess::Start(Shell("grep -E 'Sig(Blk|Ign)' /proc/self/status", pipe));
  REQUIRE(child);
  std::string masks = pipe.Read();
  // The C library reserves the signals 32 and 33; a program cannot set them.
  if (const auto at = masks.find("180000000\n"); at != std::string::npos) masks.replace(at, 9, "000000000");
  CHECK(masks == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("a child does not outlive its owner") {
  Pipe pipe;
  pid_t number = 0;
  {
    const auto child = ChildProcess::Start(Shell("echo begun; exec sleep 60", pipe));
    REQUIRE(child);
    number = child->pid();
    char byte = 0;
    REQUIRE(::read(pipe.reader.get(), &byte, 1) == 1);
    CHECK(::kill(number, 0) == 0);
  }
  CHECK(::kill(number, 0) != 0);
}

TEST_CASE("a program that is not there") {
  CHECK(ChildProcess::Start({"/no/such/program", {"x"}, {}, {}}).error().kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace sallyport
