// Serves one call of an sshd at a node's session socket: a question for a login's principals, or a whole session.
// Internal to libcluster.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>

#include "libcluster/net/stream.h"
#include "libcluster/ssh/recording_spool.h"
#include "libcluster/ssh/session_peer.h"
#include "libcluster/ssh/ssh_connection.h"

namespace sallyport {

// Serves a call from a process of the connection's sshd, until the session ends. Records to `recordings`.
asio::awaitable<void> ServeSession(asio::local::stream_protocol::socket socket, SessionPeer peer,
                                   std::shared_ptr<SshConnection> connection,
                                   std::shared_ptr<RecordingSpool> recordings);

}  // namespace sallyport
