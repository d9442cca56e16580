// What the hooks in a node's sshd (tools/sshd_hooks), the node's agent and the runner of a session have to agree on:
// how they find each other, and the kinds of frames that pass between them. Without anything that needs a library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sallyport {

// The environment of sshd: the path of the agent's socket; and what makes the hooks say that they are there and end.
inline constexpr const char* kHooksSocketVariable = "SALLYPORT_SSH_DOOR";
inline constexpr const char* kHooksTestVariable = "SALLYPORT_SSH_HOOKS_TEST";
inline constexpr const char* kHooksTestAnswer = "hooks are loaded\n";
// The program that sshd is told to start for a session or for a login's principals. The hooks do the work in its place.
// Without them nobody is let in, and nothing runs.
inline constexpr const char* kHooksStandIn = "/bin/false";
// The first argument of the stand-in when principals are asked for; the certificate (base64) and the login
// come after it.
inline constexpr const char* kHooksPrincipals = "principals";

// A frame is its length (four bytes, big-endian, of what follows), its type, and its payload.
enum class SessionFrameType : std::uint8_t {
  kLogin = 1,    // hooks to agent: LoginQuestion; back: the lines of a principals file
  kHello = 2,    // hooks to agent: SessionHello, with descriptors 0 to 2 of the session
  kStarted = 3,  // agent to hooks: the session has its descriptors
  kNotice = 4,   // from the agent: a sentence for the user
  kExit = 5,     // runner to agent to hooks: the exit code as text
  kStart = 6,    // agent to runner: SessionStart
  kEnd = 7,      // agent to runner: why the session ends; may be empty
  kOutput = 8,   // runner to agent: what the session's terminal shows
  kKept = 9,     // agent to runner: what the last kOutput had may be shown
  kSize = 10,    // runner to agent: "COLUMNS:ROWS" of the terminal
  kFileLog = 11  // runner to agent: a line of sftp-server's log
};

inline constexpr std::size_t kSessionLengthBytes = 4;
inline constexpr std::size_t kMaxSessionFrameBytes = 512 << 10;
inline constexpr std::size_t kSessionDescriptors = 3;

// Exit code of sessions that did not come to run anything.
inline constexpr int kSessionFailed = 255;

}  // namespace sallyport
