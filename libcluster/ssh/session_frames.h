// Encodes the frames between the hooks in a node's sshd, the node's agent and the runner of a session, over Unix
// sockets (session_wire.h). A payload of several texts has a NUL after each: commands and environments are bytes, not
// text.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/ssh/session_wire.h"

namespace sallyport {

struct SessionFrame {
  SessionFrameType type{};
  std::string payload;
};

std::string EncodeFrame(SessionFrameType type, std::string_view payload);
// Removes the first whole frame from the start of `bytes` and returns it; returns nothing when the frame is incomplete.
// Fails with kBadParameter for an invalid length or type.
Result<std::optional<SessionFrame>> TakeFrame(std::string& bytes);

// Asks whether a certificate may be used for a login.
struct LoginQuestion {
  std::string login;
  uid_t uid = 0;
  std::string shell;        // of the system's user database; empty: /bin/sh
  std::string certificate;  // base64
};
std::string EncodeLogin(const LoginQuestion& question);
Result<LoginQuestion> DecodeLogin(std::string_view payload);

// The client's request for a session.
struct SessionHello {
  std::optional<std::string> command;  // nothing: a shell
  std::string directory;
  mode_t umask = 022;
  std::vector<std::string> environment;  // "NAME=VALUE"
};
std::string EncodeHello(const SessionHello& hello);
Result<SessionHello> DecodeHello(std::string_view payload);

// The agent's instructions for running a session.
struct SessionStart {
  bool change_user = false;  // to uid, gid and groups; else keep the runner's own
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool terminal = false;
  bool record = false;    // send the terminal's output
  bool file_log = false;  // a file transfer: send its log
  std::string shell;
  std::string notice;  // a sentence for the user, before the start
  SessionHello hello;
};
std::string EncodeStart(const SessionStart& start);
Result<SessionStart> DecodeStart(std::string_view payload);

}  // namespace sallyport
