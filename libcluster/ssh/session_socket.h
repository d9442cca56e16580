// The Unix socket at which the sshds of a node's connections ask for the principals of logins and hand over their
// sessions. Internal to libcluster.
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
  // Opens the socket at `path`, for every user of the host, since a session's process runs as its login. Serves only
  // processes of sshd: `find` returns the connection of an sshd, or nullptr; it is called on threads of the loop.
  // Programs of users do not descend from such an sshd and are refused. Recordings go to `recordings`.
  static Result<std::unique_ptr<SessionSocket>> Open(EventLoop& loop, const std::string& path, Find find,
                                                     std::shared_ptr<RecordingSpool> recordings);
  ~SessionSocket();

  struct State;

 private:
  explicit SessionSocket(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
