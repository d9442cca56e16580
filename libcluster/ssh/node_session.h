// One call at a node's session socket, from an sshd: whom it may let in, or a session, from what is asked for to its
// end. Internal to libcluster.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>

#include "libcluster/net/stream.h"
#include "libcluster/ssh/recording_spool.h"
#include "libcluster/ssh/session_peer.h"
#include "libcluster/ssh/ssh_connection.h"

namespace sallyport {

// Serves a call of a process of the sshd that serves `connection`, until the session is over. A recording goes to
// `recordings`.
asio::awaitable<void> ServeSession(asio::local::stream_protocol::socket socket, SessionPeer peer,
                                   std::shared_ptr<SshConnection> connection,
                                   std::shared_ptr<RecordingSpool> recordings);

}  // namespace sallyport
