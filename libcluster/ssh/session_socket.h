// Where the sshds of a node's connections ask whom they may let in, and hand over their sessions: a Unix socket.
// Internal to libcluster.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libcluster/net/event_loop.h"
#include "libcluster/ssh/recording_spool.h"
#include "libcluster/ssh/ssh_connection.h"

namespace sallyport {

class SessionSocket {
 public:
  using Find = std::function<std::shared_ptr<SshConnection>(pid_t sshd)>;
  // Opens the socket at `path`, for every user of the host: a session's process is of who logged in. Only processes of
  // sshd are heard: `find` returns the connection that an sshd serves, or nullptr; it is called on threads of the loop.
  // What a user runs descends from none, and is not heard. Sessions that are recorded are recorded in `recordings`.
  static Result<std::unique_ptr<SessionSocket>> Open(EventLoop& loop, const std::string& path, Find find,
                                                     std::shared_ptr<RecordingSpool> recordings);
  ~SessionSocket();

  struct State;

 private:
  explicit SessionSocket(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
