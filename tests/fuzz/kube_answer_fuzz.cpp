// Feeds arbitrary bytes to the reader of API servers' answers: the result does not depend on the pieces.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/unit/libkube/read_answer.h"

namespace {

using namespace sallyport;

using Read = ReadAnswer;

Read ReadAll(std::string_view bytes, AnswerTo to, bool ends, std::size_t step) {
  std::array<char, 16> room;
  return ReadInPieces(bytes, to, ends, step, room);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto to = static_cast<AnswerTo>(data[0] % 3);
  const bool ends = (data[0] & 4) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read once = ReadAll(bytes, to, ends, std::max<std::size_t>(bytes.size(), 1));
  const Read pieces = ReadAll(bytes, to, ends, 1 + data[1] % 32);
  // The reader may notice an error before it has the whole answer, so only successful reads must be equal.
  if (!once.failed && !pieces.failed && !(once == pieces)) __builtin_trap();
  if ((once.failed || pieces.failed) && (once.whole || once.reusable || pieces.whole || pieces.reusable)) {
    __builtin_trap();
  }
  if (once.status == 101 && to != AnswerTo::kUpgrade) __builtin_trap();
  if (once.status != 0 && once.status < 200 && once.status != 101) __builtin_trap();
  if (once.reusable) {
    if (!once.whole || once.status == 101) __builtin_trap();
    // The used bytes are a whole answer, and a shorter part is not.
    const std::string_view taken = bytes.substr(0, bytes.size() - once.left);
    if (!ReadAll(taken, to, false, taken.size()).reusable) __builtin_trap();
    if (ReadAll(taken.substr(0, taken.size() - 1), to, false, taken.size()).whole) __builtin_trap();
  }
  return 0;
}
