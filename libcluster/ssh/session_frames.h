// What passes between the agent of a node and the program that sshd runs for a session: frames over a Unix socket. A
// frame is its length (four bytes, big-endian, of what follows), its type, and its payload.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

enum class SessionFrameType : std::uint8_t {
  kHello = 1,    // to the agent: SessionHello
  kVerdict = 2,  // from the agent: SessionVerdict
  kOutput = 3,   // to the agent: what the session's terminal shows
  kSize = 4,     // to the agent: "COLUMNS:ROWS" of the terminal
  kExit = 5,     // to the agent: the exit code as text
  kNotice = 6,   // from the agent: a sentence for the user
  kKept = 7,     // from the agent: what the last kOutput had may be shown
  kFileLog = 8,  // to the agent: a line of sftp-server's log
};

struct SessionFrame {
  SessionFrameType type{};
  std::string payload;
};

inline constexpr std::size_t kMaxSessionFrameBytes = 256 << 10;

std::string EncodeFrame(SessionFrameType type, std::string_view payload);
// Takes the first whole frame off the start of `bytes`; nothing when it is not whole yet. kBadParameter: a length or
// type that cannot be.
Result<std::optional<SessionFrame>> TakeFrame(std::string& bytes);

// Who starts what.
struct SessionHello {
  std::string connection;  // the id that the forced command was given
  std::string command;     // empty: a shell
  bool terminal = false;
  std::string size;  // "COLUMNS:ROWS" of the terminal
};
std::string EncodeHello(const SessionHello& hello);
Result<SessionHello> DecodeHello(std::string_view payload);

// Whether and how.
struct SessionVerdict {
  std::string refusal;  // a sentence; empty: go ahead
  std::vector<std::pair<std::string, std::string>> environment;
  bool record = false;      // the terminal's output is to be sent
  std::string notice;       // a sentence for the user, before it starts
  std::string sftp_server;  // the program, when that is what was asked for
};
std::string EncodeVerdict(const SessionVerdict& verdict);
Result<SessionVerdict> DecodeVerdict(std::string_view payload);

}  // namespace sallyport
