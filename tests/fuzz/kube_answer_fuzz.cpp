// Answers of API servers, in pieces: however they arrive, they end in the same place.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libcluster/kube/answer/answer_machine.h"

namespace {

using namespace sallyport;

struct Read {
  bool failed = false;
  bool whole = false;
  bool reusable = false;
  int status = 0;
  std::string body;
  std::size_t left = 0;

  bool operator==(const Read&) const = default;
};

Read ReadAll(std::string_view bytes, AnswerTo to, bool ends, std::size_t step) {
  AnswerMachine machine(to);
  Read read;
  std::array<char, 16> room;
  std::string unread;
  for (std::size_t at = 0; at < bytes.size() && !read.failed; at += step) {
    unread += bytes.substr(at, step);
    while (true) {
      const auto piece = machine.Take(unread, room);
      read.failed = !piece;
      if (read.failed || piece->used == 0) break;
      if (piece->used > unread.size() || piece->body > room.size()) __builtin_trap();
      read.body.append(room.data(), piece->body);
      unread.erase(0, piece->used);
    }
  }
  if (ends && !read.failed) read.failed = !machine.End();
  read.whole = machine.IsWhole();
  read.reusable = machine.MayServeAnother();
  if (read.failed) return {true, read.whole, read.reusable, 0, "", 0};
  read.status = machine.HasHeader() ? machine.status() : 0;
  read.left = unread.size();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto to = static_cast<AnswerTo>(data[0] % 3);
  const bool ends = (data[0] & 4) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read once = ReadAll(bytes, to, ends, std::max<std::size_t>(bytes.size(), 1));
  const Read pieces = ReadAll(bytes, to, ends, 1 + data[1] % 32);
  // What is wrong may show before all of it is there, or not before its end.
  if (!once.failed && !pieces.failed && !(once == pieces)) __builtin_trap();
  if ((once.failed || pieces.failed) && (once.whole || once.reusable || pieces.whole || pieces.reusable)) {
    __builtin_trap();
  }
  if (once.status == 101 && to != AnswerTo::kUpgrade) __builtin_trap();
  if (once.status != 0 && once.status < 200 && once.status != 101) __builtin_trap();
  if (once.reusable) {
    if (!once.whole || once.status == 101) __builtin_trap();
    // What was taken is one whole answer by itself, and a shorter part is none.
    const std::string_view taken = bytes.substr(0, bytes.size() - once.left);
    if (!ReadAll(taken, to, false, taken.size()).reusable) __builtin_trap();
    if (ReadAll(taken.substr(0, taken.size() - 1), to, false, taken.size()).whole) __builtin_trap();
  }
  return 0;
}
