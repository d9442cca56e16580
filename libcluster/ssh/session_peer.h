// Identifies the process at the other end of the session socket, by the kernel's word, not its own. Internal to
// libcluster.
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
  std::vector<pid_t> ancestors;  // its parent, and the parent's parent
};

// Returns the process that connected. Fails with kNotFound when it has ended, kInternal.
Result<SessionPeer> PeerOf(int socket);

// Appends the bytes that can be read without waiting, and their descriptors. Returns false at the end of the stream,
// and for more descriptors than a session has.
bool ReceiveWithDescriptors(int socket, std::string& bytes, std::vector<UniqueFd>& descriptors);

}  // namespace sallyport
