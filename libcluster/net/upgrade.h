// Connection upgrade: a client behind a balancer that ends TLS asks the web port to carry raw bytes, and begins its
// real TLS session inside. Two forms: WebSocket with the subprotocol alpn or alpn-ping, and the older raw upgrade
// (docs/protocol/login.md#connection-upgrade, RFC 6455). Internal to libcluster/net.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "libcluster/net/listener.h"
#include "libcluster/net/stream.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {

// The loop, and the limit of inner connections before their hello.
struct InnerConnections {
  explicit InnerConnections(EventLoop& loop_in) : loop(loop_in) {}
  EventLoop& loop;
  UnknownConnections waiting{BudgetOf(Endpoint::kHello, CallerState::kUnknown)};
};

// Answers the request with 101 and moves bytes between the connection and a new socket pair, whose other end is routed
// by `handler` under the outer address. Returns when either side ends.
asio::awaitable<void> ServeUpgrade(ServerTlsStream stream, beast::http::request<beast::http::string_body> request,
                                   InnerConnections& among, std::string remote_address, ConnectionHandler handler);

}  // namespace sallyport
