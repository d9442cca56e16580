#include "libresources/events/protobuf_log.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

#include "libbase/log.h"
#include "teleport/legacy/types/header.pb.h"

namespace sallyport {
namespace {

// Returns what decoding a message with a string that is not UTF-8 writes to stderr.
std::string StderrOfBadText(LogLevel level) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const int stderr_before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  SetLogOptions({.level = level});

  types::Metadata metadata;
  const bool decoded = metadata.ParseFromString("\x0a\x01\xff");

  SetLogOptions({});
  ::dup2(stderr_before, STDERR_FILENO);
  ::close(stderr_before);
  ::close(ends[1]);
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
  ::close(ends[0]);
  CHECK_FALSE(decoded);
  return text;
}

TEST_CASE("what the protobuf library says is a line of the program's log, of level debug") {
  BeginProtobufLog();

  CHECK(StderrOfBadText(LogLevel::kInfo).empty());

  const std::string line = StderrOfBadText(LogLevel::kDebug);
  CHECK(line.contains("debug   protobuf library line=\"String field"));
  CHECK(line.ends_with("\"\n"));
  CHECK(std::ranges::count(line, '\n') == 1);
}

}  // namespace
}  // namespace sallyport
