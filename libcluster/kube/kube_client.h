// A client's connection to the forwarder, and how the requests on it are read. Internal to libcluster/kube.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "libcluster/kube/forwarder.h"
#include "libcluster/net/caller_account.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/tls_state.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {

namespace http = beast::http;

using RequestParser = http::request_parser<http::buffer_body>;
using RequestHeader = http::request_header<>;

// The most that is kept of what a client has sent and nobody has read.
inline constexpr std::size_t kMaxClientBuffer = 512 << 10;
// How much is read at a time.
inline constexpr std::size_t kKubeCopyBytes = 32 << 10;

// One client connection.
struct KubeClient {
  std::shared_ptr<KubeForwarder::State> state;
  ServerTlsStream stream;
  beast::flat_buffer buffer;
  std::vector<std::string> chain_pem;
  std::string remote_address;
  std::string cluster;                               // that the connection is for alone; or ""
  bool known = false;                                // a request of it has been identified
  bool must_close = false;                           // it serves no further request
  bool audited = false;                              // the request at hand is in the audit log
  bool unread_body = false;                          // was not taken from the client
  bool in_tunnel = false;                            // its end is seen by who copies
  UnknownConnections::Place place = {};              // as long as the caller is not known
  SourceSlots::Slot slot = {};                       // of a user
  std::shared_ptr<CallerAccount> account = nullptr;  // of a caller who is known
};

}  // namespace sallyport
