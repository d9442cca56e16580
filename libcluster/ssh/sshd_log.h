// Parses sshd's log of a connection, line by line (stderr, level VERBOSE).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sallyport {

// A login by certificate was accepted. The user's name is not read from the log, where sshd escapes letters.
struct SshdAccepted {};
// A login was refused.
struct SshdRefused {
  std::string login;  // as sshd writes it
  std::string reason;
};
// A forwarded connection was requested.
struct SshdForward {
  std::string address;  // "HOST:PORT"
};

using SshdEvent = std::variant<SshdAccepted, SshdRefused, SshdForward>;

// Returns the event of a line, or nothing. The beginning of a line is always sshd's own text: names that clients choose
// come later, and sshd escapes line breaks in them.
std::optional<SshdEvent> ParseSshdLine(std::string_view line);

}  // namespace sallyport
