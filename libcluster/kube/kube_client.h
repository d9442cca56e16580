// A client's connection to the forwarder, and the parser of its requests. Internal to libcluster/kube.
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

// The limit of buffered bytes from a client.
inline constexpr std::size_t kMaxClientBuffer = 512 << 10;
// The size of one read.
inline constexpr std::size_t kKubeCopyBytes = 32 << 10;

// One client connection.
struct KubeClient {
  std::shared_ptr<KubeForwarder::State> state;
  ServerTlsStream stream;
  beast::flat_buffer buffer;
  std::vector<std::string> chain_pem;
  std::string remote_address;
  std::string cluster;                               // of a connection for one cluster alone; or ""
  bool known = false;                                // a request was identified
  bool must_close = false;                           // serves no further request
  bool audited = false;                              // the current request is in the audit log
  bool unread_body = false;                          // the client's body was not read
  bool in_tunnel = false;                            // the copying coroutine detects its end
  UnknownConnections::Place place = {};              // while the caller is unknown
  SourceSlots::Slot slot = {};                       // of a user
  std::shared_ptr<CallerAccount> account = nullptr;  // of a known caller
};

}  // namespace sallyport
