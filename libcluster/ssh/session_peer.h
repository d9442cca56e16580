// Who is at the other end of the session socket: the system says it, not the process itself. Internal to libcluster.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

struct SessionPeer {
  UniqueFd process;  // pidfd_open(2)
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::vector<pid_t> ancestors;  // its parent, and that one's
};

// Returns whose process connected. kNotFound when it is gone, kInternal.
Result<SessionPeer> PeerOf(int socket);

// Appends what can be read without waiting, and the descriptors that come with it. Returns false at the end, and when
// more descriptors came than a session has.
bool ReceiveWithDescriptors(int socket, std::string& bytes, std::vector<UniqueFd>& descriptors);

}  // namespace sallyport
