// Where the sessions of a node's connections ask whether and how they may run: a Unix socket. Internal to libcluster.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libcluster/net/event_loop.h"
#include "libcluster/ssh/recording_spool.h"
#include "libcluster/ssh/ssh_connection.h"

namespace sallyport {

class SessionDoor {
 public:
  using Find = std::function<std::shared_ptr<SshConnection>(const std::string& id)>;
  // Opens the socket at `path`, for every user of the host. `find` returns the connection of an id, or nullptr; it is
  // called on threads of the loop.
  // Sessions that are recorded are recorded in `recordings`.
  static Result<std::unique_ptr<SessionDoor>> Open(EventLoop& loop, const std::string& path, Find find,
                                                   std::shared_ptr<RecordingSpool> recordings);
  ~SessionDoor();

  struct State;

 private:
  explicit SessionDoor(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
