// The protocol between the hooks in a node's sshd (tools/sshd_hooks), the node's agent and the runner of a session:
// variables, programs and frame types. Depends on no library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sallyport {

// Environment variables of sshd: the path of the agent's socket; and the one that makes the hooks report their presence
// and exit.
inline constexpr const char* kHooksSocketVariable = "SALLYPORT_SSH_DOOR";
inline constexpr const char* kHooksTestVariable = "SALLYPORT_SSH_HOOKS_TEST";
inline constexpr const char* kHooksTestAnswer = "hooks are loaded\n";
// The program that sshd is told to start for a session or for a login's principals. The hooks do the work in its place.
// Without the hooks every login is refused and no session runs.
inline constexpr const char* kHooksStandIn = "/bin/false";
// The first argument of the stand-in when principals are asked for; the certificate (base64) and the login
// come after it.
inline constexpr const char* kHooksPrincipals = "principals";

// A frame is its length (four bytes, big-endian, of what follows), its type, and its payload.
enum class SessionFrameType : std::uint8_t {
  kLogin = 1,    // hooks to agent: LoginQuestion; back: the lines of a principals file
  kHello = 2,    // hooks to agent: SessionHello, with descriptors 0 to 2 of the session
  kStarted = 3,  // agent to hooks: the runner has the descriptors
  kNotice = 4,   // from the agent: a sentence for the user
  kExit = 5,     // runner to agent to hooks: the exit code as text
  kStart = 6,    // agent to runner: SessionStart
  kEnd = 7,      // agent to runner: the reason of the session's end; may be empty
  kOutput = 8,   // runner to agent: output of the session's terminal
  kKept = 9,     // agent to runner: the last kOutput is recorded and may be shown
  kSize = 10,    // runner to agent: "COLUMNS:ROWS" of the terminal
  kFileLog = 11  // runner to agent: a line of sftp-server's log
};

inline constexpr std::size_t kSessionLengthBytes = 4;
inline constexpr std::size_t kMaxSessionFrameBytes = 512 << 10;
inline constexpr std::size_t kSessionDescriptors = 3;

// Exit code of sessions that ran no program.
inline constexpr int kSessionFailed = 255;

}  // namespace sallyport
