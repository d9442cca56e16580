// Reads an API server's answer in pieces with AnswerMachine, for the unit tests and the fuzzer.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "libkube/answer_machine.h"

namespace sallyport {

struct ReadAnswer {
  bool failed = false;
  bool whole = false;
  bool reusable = false;
  int status = 0;
  std::string body;
  std::size_t left = 0;  // the number of unused bytes

  bool operator==(const ReadAnswer&) const = default;
};

// Gives the machine the bytes in pieces of `step`, with `room` for the body each time, then the end of the connection
// if `ends`. Aborts when the machine uses more bytes than the piece has.
inline ReadAnswer ReadInPieces(std::string_view bytes, AnswerTo to, bool ends, std::size_t step, std::span<char> room) {
  AnswerMachine machine(to);
  ReadAnswer read;
  std::string unread;
  for (std::size_t at = 0; at < bytes.size() && !read.failed; at += step) {
    unread += bytes.substr(at, step);
    while (true) {
      const auto piece = machine.Take(unread, room);
      read.failed = !piece;
      if (read.failed || piece->used == 0) break;
      if (piece->used > unread.size() || piece->body > room.size()) std::abort();
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

}  // namespace sallyport
