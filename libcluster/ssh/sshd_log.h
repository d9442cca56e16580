// What sshd says about a connection, line by line (its log on stderr, level VERBOSE).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sallyport {

// Somebody was let in by a certificate. Who it was is not taken from a text in which sshd has changed letters.
struct SshdAccepted {};
// Somebody was not.
struct SshdRefused {
  std::string login;  // as sshd writes it
  std::string reason;
};
// A connection through the node was asked for.
struct SshdForward {
  std::string address;  // "HOST:PORT"
};

using SshdEvent = std::variant<SshdAccepted, SshdRefused, SshdForward>;

// Returns what a line tells; nothing for all others. A line is sshd's own from its first character on: names that
// clients choose come later in it, and sshd escapes line breaks in them.
std::optional<SshdEvent> ParseSshdLine(std::string_view line);

}  // namespace sallyport
