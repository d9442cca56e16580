// What passes between the hooks in a node's sshd, the node's agent and the runner of a session: frames over Unix
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
// Takes the first whole frame off the start of `bytes`; nothing when it is not whole yet. kBadParameter: a length or
// type that cannot be.
Result<std::optional<SessionFrame>> TakeFrame(std::string& bytes);

// Whether a certificate may be used for a login.
struct LoginQuestion {
  std::string login;
  uid_t uid = 0;
  std::string shell;        // as the system has it; empty: /bin/sh
  std::string certificate;  // base64
};
std::string EncodeLogin(const LoginQuestion& question);
Result<LoginQuestion> DecodeLogin(std::string_view payload);

// What is asked for in a session.
struct SessionHello {
  std::optional<std::string> command;  // nothing: a shell
  std::string directory;
  mode_t umask = 022;
  std::vector<std::string> environment;  // "NAME=VALUE"
};
std::string EncodeHello(const SessionHello& hello);
Result<SessionHello> DecodeHello(std::string_view payload);

// How it is run.
struct SessionStart {
  bool change_user = false;  // to what follows; else the runner's own
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool terminal = false;
  bool record = false;    // the terminal's output is to be sent
  bool file_log = false;  // it is a file transfer, whose log is to be sent
  std::string shell;
  std::string notice;  // a sentence for the user, before it starts
  SessionHello hello;
};
std::string EncodeStart(const SessionStart& start);
Result<SessionStart> DecodeStart(std::string_view payload);

}  // namespace sallyport
