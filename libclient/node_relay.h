// Connects to a node while ssh starts: a separate process dials, ssh receives the descriptor of a connection to that
// process (ProxyUseFdpass of ssh_config(5)), and the process then carries the bytes.
#pragma once

#include <functional>
#include <string>

#include "libbase/error.h"

namespace sallyport {

struct NodeRelayWork {
  using Relay = std::function<Status(int descriptor)>;
  std::function<Result<Relay>()> dial;             // called at once; the result carries bytes until one side ends
  std::function<void(const Error& error)> report;  // reports an error to the user once ssh waits for the node
};

// Starts the process, which receives no signals of the terminal. The process ends with the connection once ssh has
// taken the connection, else with this process (or the program that this process executes). Returns a name for
// HandOverRelay. Fails with kInternal. For single-threaded programs.
Result<std::string> StartNodeRelay(const NodeRelayWork& work);

// Connects to a process that StartNodeRelay of the same user started, and sends the descriptor over `out`, a Unix
// socket. Fails with kConnectionProblem when the process is gone, kBadParameter when `out` takes no descriptor.
Status HandOverRelay(const std::string& name, int out);

}  // namespace sallyport
