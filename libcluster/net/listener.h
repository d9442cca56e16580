// A TLS port: accepts connections, reads each client's hello without consuming it, and passes the unread socket to the
// service for that kind of connection.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/net/client_hello.h"
#include "libcluster/net/connection_gate.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {

// A connection before its TLS handshake: no byte was read from the socket.
struct IncomingConnection {
  UniqueFd socket;             // non-blocking
  std::string remote_address;  // "192.0.2.1:4711": the client, also inside a tunnel
  ClientHello hello;
};

using ConnectionHandler = std::function<void(IncomingConnection)>;

class Listener {
 public:
  // Opens "HOST:PORT" ("0.0.0.0:3080", "[::]:3080", ":0"); port 0 takes a free one. Connections wait until Serve. The
  // loop must outlive the listener. Fails with kBadParameter or kConnectionProblem.
  static Result<std::unique_ptr<Listener>> Open(EventLoop& loop, const std::string& address);
  ~Listener();

  // Returns "HOST:PORT" with the real port.
  const std::string& address() const;
  // Starts to accept. The handler is called on a thread of the loop and must not block. Drops a client without a hello
  // in time (BudgetOf(Endpoint::kHello)), or earlier when others need its place. Resets connections that the gate
  // refuses; several listeners may share the gate, which must outlive the loop.
  void Serve(ConnectionGate& gate, ConnectionHandler handler);
  // Closes the port. Open connections continue.
  void Stop();

  struct State;

 private:
  explicit Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// Reads the hello of a socket that did not come from a Listener (a tunnel's inner connection), then releases its place
// among unknown connections, if any, and calls the handler.
void RouteSocket(EventLoop& loop, UniqueFd socket, std::string remote_address, ConnectionHandler handler,
                 UnknownConnections::Place place = {});

}  // namespace sallyport
